# Decoding with cached keys and values; goes on where decoder.py ends. Weights of a layer, 18 in a row, without elements
# where there is none: 0 norm, 1 its bias, 2 q|k|v, 3 biases, 4 norm of q, 5 of k, 6 o, 7 bias, 8 norm of the output, 9 its
# bias, 10 norm, 11 its bias, 12 gate|up, 13 biases, 14 down, 15 bias, 16 norm of the output, 17 its bias. Then the last
# norm, its bias, the head, the embeddings, those of positions, cosines and sines.

# The scale of scores is part of what queries are made with.
def scaled(self, w: List[Tensor], at: int) -> Tensor:
  return torch.to(w[at], 6, False, True) * self.head_size ** -0.5

def joined(self, w: List[Tensor]) -> Tensor:
  parts = annotate(List[Tensor], [])
  for t in w:
    if t.numel() > 0:
      parts.append(t)
  if len(parts) == 0:
    return torch.to(w[0], self.compute)
  return torch.to(torch.cat(parts), self.compute, False, True)

def copied(self, w: List[Tensor], at: int) -> Tensor:
  return torch.to(w[at], 6, False, True)

# Weights as declared, 24 in a row for each layer: norm, bias, q, k, v, their biases, norm of q, of k, o, bias, norm, bias,
# norm, bias, gate, bias, up, bias, down, bias, norm, bias.
def prepare(self, w: List[Tensor], layers: int, vocabulary: int) -> List[Tensor]:
  out = annotate(List[Tensor], [])
  for layer in range(layers):
    i = 24 * layer
    out.append(self.copied(w, i))
    out.append(self.copied(w, i + 1))
    if self.qk_norm:
      out.append(self.pack(self.joined(w[i + 2:i + 5])))
      out.append(self.joined(w[i + 5:i + 8]))
    else:
      out.append(self.pack(self.joined([self.scaled(w, i + 2), w[i + 3], w[i + 4]])))
      out.append(self.joined([self.scaled(w, i + 5), w[i + 6], w[i + 7]]))
    out.append(self.scaled(w, i + 8))
    out.append(self.copied(w, i + 9))
    out.append(self.pack(w[i + 10]))
    out.append(self.joined(w[i + 11:i + 12]))
    out.append(self.copied(w, i + 12))
    out.append(self.copied(w, i + 13))
    out.append(self.copied(w, i + 14))
    out.append(self.copied(w, i + 15))
    out.append(self.pack(self.joined([w[i + 16], w[i + 18]])))
    out.append(self.joined([w[i + 17], w[i + 19]]))
    out.append(self.pack(w[i + 20]))
    out.append(self.joined(w[i + 21:i + 22]))
    out.append(self.copied(w, i + 22))
    out.append(self.copied(w, i + 23))
  i = 24 * layers
  out.append(self.copied(w, i))
  out.append(self.copied(w, i + 1))
  out.append(self.pack(w[i + 2][:vocabulary]))
  out.append(self.copied(w, i + 3))
  out.append(self.copied(w, i + 4))
  out.append(self.copied(w, i + 5))
  out.append(self.copied(w, i + 6))
  return out

# Keys and values of each layer as flat buffers, whose front is seen as [slots · key-value heads, capacity, head size].
# Keys are float32, so that scores are: rounding them to bfloat16 is what costs attention most of its precision.
def cache(self, like: Tensor, layers: int, slots: int, places: int) -> List[Tensor]:
  out = annotate(List[Tensor], [])
  size = slots * self.kv_heads * places * self.head_size
  for i in range(layers):
    out.append(torch.zeros([size], dtype=6, device=like.device))
    out.append(torch.zeros([size], dtype=self.compute, device=like.device))
  return out

def seen(self, buffer: Tensor, slots: int, capacity: int) -> Tensor:
  return buffer[:slots * self.kv_heads * capacity * self.head_size].view(slots * self.kv_heads, capacity, self.head_size)

# Lays buffers out for another capacity: products need the front of each head to lie without gaps.
def resize(self, cache: List[Tensor], slots: int, capacity: int, wanted: int) -> List[Tensor]:
  kept = min(capacity, wanted)
  for buffer in cache:
    old = self.seen(buffer, slots, capacity)[:, :kept].clone()
    new = self.seen(buffer, slots, wanted)
    new[:, :kept].copy_(old)
    new[:, kept:].zero_()
  return annotate(List[Tensor], [])

def normed(self, x: Tensor, w: List[Tensor], at: int) -> Tensor:
  return self.normalize(x, [w[at], w[at + 1]], 0)

def added(self, base: Tensor, y: Tensor, w: List[Tensor], at: int) -> Tensor:
  if self.layer_norm:
    return self.add(base, y, [w[at], w[at + 1]], False)
  return self.add(base, y, [w[at]], False)

# Queries, keys [rows, heads or key-value heads, head size] in float32, and values, in the compute dtype; rotated.
def projected(self, x: Tensor, w: List[Tensor], i: int, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  h = torch.to(self.normed(x, w, i), self.compute)
  qkv = self.product(h, w[i + 2], w[i + 3]).view(x.size(0), -1, self.head_size)
  p = torch.split_with_sizes(qkv, [self.heads + self.kv_heads, self.kv_heads], 1)
  qk = torch.to(p[0], 6)
  if self.qk_norm:
    n = torch.split_with_sizes(qk, [self.heads, self.kv_heads], 1)
    qk = torch.cat([self.rms(n[0], w[i + 4]), self.rms(n[1], w[i + 5])], 1)
  if cos.numel() > 0:
    qk = self.rotate(qk, cos, sin)
  q = torch.split_with_sizes(qk, [self.heads, self.kv_heads], 1)
  return (q[0], q[1], p[1])

# base + feed-forward(x), x [rows, width]
def fed(self, base: Tensor, x: Tensor, w: List[Tensor], i: int) -> Tensor:
  norm = i + 10
  if self.parallel:
    norm = i
  u = self.product(torch.to(self.normed(x, w, norm), self.compute), w[i + 12], w[i + 13])
  if self.gated:
    p = torch.split_with_sizes(u, [u.size(1) // 2, u.size(1) // 2], 1)
    if self.activation == 0:
      a = torch.silu(p[0]) * p[1]
    else:
      a = torch.gelu(p[0], approximate="tanh") * p[1]
  else:
    if self.activation == 1:
      a = torch.gelu(u, approximate="tanh")
    else:
      a = torch.square(torch.relu(u))
  return self.added(base, self.product(a, w[i + 14], w[i + 15]), w, i + 16)

def embedded(self, w: List[Tensor], ids: Tensor, positions: Tensor, tail: int, scale: float) -> Tensor:
  x = torch.embedding(w[tail + 3], ids)
  if scale != 1.0:
    x = x * scale
  if w[tail + 4].numel() > 0:
    x = x + torch.embedding(w[tail + 4], positions)
  return self.residual(x)

def rotation(self, table: Tensor, positions: Tensor) -> Tensor:
  if table.numel() == 0:
    return table
  return torch.embedding(table, positions).unsqueeze(1)

def next_logits(self, x: Tensor, w: List[Tensor], tail: int, scale: float, cap: float) -> Tensor:
  h = torch.to(self.normed(x, w, tail), self.compute)
  z = torch.to(self.product(h, w[tail + 2], w[tail + 4][:0]), 6)
  if scale != 1.0:
    z = z * scale
  if cap > 0.0:
    z = torch.tanh(z / cap) * cap
  return z

# Reads a prompt ids [time] into a slot; returns logits [1, vocabulary] of what follows it.
def prefill(self, w: List[Tensor], cache: List[Tensor], ids: Tensor, slot: int, slots: int, capacity: int, layers: int, embedding_scale: float, scale: float, cap: float) -> Tensor:
  T = ids.size(0)
  K = self.kv_heads
  tail = 18 * layers
  positions = torch.arange(T, dtype=4, device=ids.device)
  x = self.embedded(w, ids, positions, tail, embedding_scale)
  cos = self.rotation(w[tail + 5], positions)
  sin = self.rotation(w[tail + 6], positions)
  mask = ids[:0]
  if self.window > 0 and self.window < T:
    mask = self.mask(ids[:0], T)
  for layer in range(layers):
    i = 18 * layer
    p = self.projected(x, w, i, cos, sin)
    q = p[0].transpose(0, 1)
    k = p[1].transpose(0, 1)
    v = p[2].transpose(0, 1)
    self.seen(cache[2 * layer], slots, capacity)[slot * K:slot * K + K, :T].copy_(k)
    self.seen(cache[2 * layer + 1], slots, capacity)[slot * K:slot * K + K, :T].copy_(v)
    y = self.attend(torch.to(q, self.compute).unsqueeze(0), torch.to(k, self.compute).unsqueeze(0), v.unsqueeze(0), mask, 1.0)
    y = y[0].transpose(0, 1).reshape(T, -1)
    middle = self.added(x, self.product(y, w[i + 6], w[i + 7]), w, i + 8)
    if self.parallel:
      x = self.fed(middle, x, w, i)
    else:
      x = self.fed(middle, middle, w, i)
  return self.next_logits(x[T - 1:], w, tail, scale, cap)

# Adds a token to each slot: ids and positions [slots]; its key and value go to the places `write` [slots]. A slot sees the
# places up to its position, of the `capacity` there are.
def step(self, w: List[Tensor], cache: List[Tensor], ids: Tensor, positions: Tensor, write: Tensor, capacity: int, layers: int, embedding_scale: float, scale: float, cap: float) -> Tensor:
  S = ids.size(0)
  K = self.kv_heads
  G = self.heads // K
  D = self.head_size
  tail = 18 * layers
  x = self.embedded(w, ids, positions, tail, embedding_scale)
  cos = self.rotation(w[tail + 5], positions)
  sin = self.rotation(w[tail + 6], positions)
  place = torch.arange(capacity, device=ids.device).unsqueeze(0)
  hidden = torch.gt(place, positions.unsqueeze(1))
  if self.window > 0:
    hidden = torch.logical_or(hidden, torch.le(place, positions.unsqueeze(1) - self.window))
  bias = torch.zeros([S, capacity], dtype=6, device=ids.device).masked_fill_(hidden, -inf).view(S, 1, 1, capacity)
  bias = bias.expand(S, K, G, capacity).reshape(S * K, G, capacity)
  rows = (torch.arange(S * K, device=ids.device) * capacity).view(S, K)
  rows = (rows + write.unsqueeze(1)).view(-1)
  for layer in range(layers):
    i = 18 * layer
    p = self.projected(x, w, i, cos, sin)
    keys = self.seen(cache[2 * layer], S, capacity)
    values = self.seen(cache[2 * layer + 1], S, capacity)
    torch.index_put_(keys.view(-1, D), [rows], p[1].reshape(-1, D))
    torch.index_put_(values.view(-1, D), [rows], p[2].reshape(-1, D))
    s = torch.baddbmm(bias, p[0].reshape(S * K, G, D), keys.transpose(1, 2))
    y = torch.bmm(torch.to(torch.softmax(s, -1), self.compute), values).view(S, self.heads * D)
    middle = self.added(x, self.product(y, w[i + 6], w[i + 7]), w, i + 8)
    if self.parallel:
      x = self.fed(middle, x, w, i)
    else:
      x = self.fed(middle, middle, w, i)
  return self.next_logits(x, w, tail, scale, cap)
