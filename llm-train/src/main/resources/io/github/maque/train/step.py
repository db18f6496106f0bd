# What happens between the gradients of a step and its update, without the host waiting for any of it.

# state, float32: 0 loss scale, 1 updates since the scale grew, 2 updates left out in a row, 3 and in all, 4 losses seen.
# window, float32: the last losses, the newest at place (losses seen − 1) modulo its length.

# Adds a micro-batch's loss to the sum of a step's, float64.
def add_next_token_loss(self, sum: Tensor, weights: Tensor, chosen: Tensor, log_sums: Tensor, mean: Tensor, smoothing: float, z_loss: float) -> Tensor:
  loss = torch.to(chosen, 7) * (smoothing - 1.0)
  if smoothing > 0.0:
    loss = loss - torch.to(mean, 7) * smoothing
  if z_loss > 0.0:
    loss = loss + torch.square(torch.to(log_sums, 7)) * z_loss
  # What has no weight may hold anything.
  loss = torch.where(torch.eq(weights, 0.0), torch.zeros_like(loss), loss * torch.to(weights, 7))
  return sum.add_(loss.sum())

def add_loss(self, sum: Tensor, loss: Tensor) -> Tensor:
  return sum.add_(torch.to(loss, 7).sum())

# Weights by which log-probabilities go into the gradient: factor and the loss scale multiply them.
def scaled(self, weights: Tensor, factor: float, state: Tensor) -> Tensor:
  return weights * (state[0] * factor)

# Gives a run the scale of its precision, if it had another one before.
def set_scale(self, state: Tensor, scale: float) -> Tensor:
  state[0].fill_(scale)
  return state

# Where a loss stands among the last ones, in standard deviations; 0 before there are enough.
def z_score(self, loss: Tensor, state: Tensor, window: Tensor) -> Tensor:
  deviation = torch.std(window, unbiased=False)
  z = (loss - torch.mean(window)) / torch.clamp_min(deviation, 1e-6)
  return torch.where(torch.ge(state[4], float(window.size(0))), z, torch.zeros_like(z))

# Returns the figures of a step, float64: loss, gradient norm, 1 if it is left out, 1 if it is not finite, z-score, loss
# scale, updates left out in a row and in all; then what gradients are to be multiplied with, and whether to leave the
# update out, both float32 [1]. A step without any weight, whose inverse is 0, is left out. An update that a smaller loss
# scale may make possible does not count as left out in a row.
def judge(self, gradients: List[Tensor], sum: Tensor, inverse: float, state: Tensor, window: Tensor, clip: float, spike: float, leave_out_spikes: bool, dynamic: bool, growth_interval: int) -> Tuple[Tensor, Tensor, Tensor]:
  scale = state[0].clone()
  loss = sum[0] * inverse
  norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(gradients, 2)), 2) / scale
  finite = torch.logical_and(torch.isfinite(norm), torch.isfinite(loss))
  loss32 = torch.to(loss, 6)
  z = self.z_score(loss32, state, window)
  skip = torch.logical_not(finite)
  if inverse == 0.0:
    skip = torch.ones_like(skip)
  if spike > 0.0 and leave_out_spikes:
    skip = torch.logical_or(skip, torch.gt(z, spike))
  coefficient = torch.ones_like(norm)
  if clip > 0.0:
    coefficient = torch.clamp_max(clip / (norm + 1e-6), 1.0)
  left_out = torch.to(skip, 6)
  counted = left_out
  if dynamic:
    hopeful = torch.logical_and(torch.logical_not(finite), torch.gt(scale, 1.0))
    counted = torch.where(hopeful, torch.zeros_like(left_out), left_out)
    good = torch.where(finite, state[1] + 1.0, torch.zeros_like(scale))
    grow = torch.ge(good, float(growth_interval))
    changed = torch.where(finite, torch.where(grow, scale * 2.0, scale), torch.clamp_min(scale * 0.5, 1.0))
    state[1].copy_(torch.where(grow, torch.zeros_like(good), good))
    state[0].copy_(changed)
  state[2].copy_((state[2] + counted) * left_out)
  state[3].add_(left_out)
  place = torch.remainder(state[4], float(window.size(0)))
  here = torch.eq(torch.arange(window.size(0), device=window.device), place)
  window.copy_(torch.where(torch.logical_and(here, torch.logical_not(skip)), loss32, window))
  state[4].add_(1.0 - left_out)
  figures = [loss, norm, left_out, torch.logical_not(finite), z, scale, state[2], state[3]]
  out = annotate(List[Tensor], [])
  for figure in figures:
    out.append(torch.to(figure, 7).view(1))
  return (torch.cat(out), (coefficient / scale).view(1), left_out.view(1))
