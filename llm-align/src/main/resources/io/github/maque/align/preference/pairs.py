# Sums over the answers of pairs, and the way back from them to tokens. Side 2k is the chosen answer of pair k, side 2k + 1
# the rejected one; padding has the number behind the last side.

# Returns sums of log-probabilities and of weights, both float64 [pairs, 2], and the side of each token, int64 [rows · length].
# Segments are the sides of a row, counted from 0 in each; sides is how many all rows have.
def sums(self, logs: Tensor, weights: Tensor, segments: Tensor, sides: int) -> Tuple[Tensor, Tensor, Tensor]:
  of_row = torch.to(segments, 4)
  counts_of_rows = torch.amax(of_row, [1], True) + 1
  first = torch.cumsum(counts_of_rows, 0) - counts_of_rows
  side = torch.masked_fill(of_row + first, torch.lt(of_row, 0), sides).view(-1)
  w = torch.to(weights, 7).view(-1)
  # What has no weight may hold anything.
  terms = torch.masked_fill(torch.to(logs, 7).view(-1) * w, torch.eq(w, 0.0), 0.0)
  nothing = torch.zeros([sides + 1], dtype=7, device=logs.device)
  sums = torch.scatter_add(nothing, 0, side, terms)
  counts = torch.scatter_add(nothing, 0, side, w)
  return (sums[:sides].view(-1, 2), counts[:sides].view(-1, 2), side)

# Returns the derivatives of a loss by log-probabilities, float32 as weights are: chosen and rejected, float64 [pairs], are
# those by the sums.
def derivatives(self, chosen: Tensor, rejected: Tensor, side: Tensor, weights: Tensor) -> Tensor:
  of_sides = torch.stack([chosen, rejected], 1).view(-1)
  with_padding = torch.cat([of_sides, torch.zeros([1], dtype=7, device=chosen.device)])
  return torch.to(with_padding[side].view_as(weights) * torch.to(weights, 7), 6)

# Returns sums over pairs, of one number each: the loss, float32; then, float64, rewards of the chosen and rejected answers,
# their differences, how often the chosen one's is higher; log-probabilities, lengths, and, with a reference, log-ratios a
# token.
def figures(self, losses: Tensor, policy: Tensor, reference: Tensor, counts: Tensor, scale: float, per_token: bool, referred: bool) -> List[Tensor]:
  ratios = policy - reference
  mean_ratios = ratios / counts
  rewards = ratios * scale
  if per_token:
    rewards = mean_ratios * scale
  margins = rewards[:, 0] - rewards[:, 1]
  correct = torch.to(torch.gt(margins, 0.0), 7)
  out = [torch.to(losses.sum(), 6), rewards[:, 0].sum(), rewards[:, 1].sum(), margins.sum(), correct.sum(), policy[:, 0].sum(), policy[:, 1].sum(), counts[:, 0].sum(), counts[:, 1].sum()]
  if referred:
    out = torch.append(out, mean_ratios[:, 0].sum())
    out = torch.append(out, mean_ratios[:, 1].sum())
  return out

# Copies numbers through pinned memory to the device of like.
def place(self, numbers: Tensor, like: Tensor) -> Tensor:
  return torch.to(numbers.pin_memory(), like.device, numbers.dtype, True, False)
