# Decoding with cached keys and values; goes on where decoder.py ends. Weights of a layer, 17 in a row, without elements
# where there is none: 0 norm, 1 its bias, 2 q|k|v, 3 biases, 4 norms of q and k, 5 o, 6 bias, 7 norm of the output, 8 its
# bias, 9 norm, 10 its bias, 11 gate|up, 12 biases, 13 down, 14 bias, 15 norm of the output, 16 its bias. Then the last norm, its bias, the head, the embeddings, those of positions, the table of rotations, and two constants.
#
# A step of one sequence is bound by the number of operations as much as by reading the weights. So the weights of an RMS
# norm, and the scale of scores, are part of the projections that follow; x / √(‖x‖² + ε·width) is left of the norm, which
# is short by √width. Rotation is one product with complex numbers: the rows of q and k are sorted so that what is rotated
# together lies together, which scores do not see.

def copied(self, w: List[Tensor], at: int) -> Tensor:
  return torch.to(w[at], 6, False, True)

# Rows [heads · head size, …] with the places i and i + half beside each other.
def paired(self, w: Tensor, half: int) -> Tensor:
  if half == 0 or w.numel() == 0:
    return w
  rows = w.view(-1, self.head_size, w.numel() // w.size(0))
  p = torch.split_with_sizes(rows, [half, half, self.head_size - 2 * half], 1)
  pairs = torch.stack([p[0], p[1]], 2).reshape(rows.size(0), 2 * half, -1)
  return torch.cat([pairs, p[2]], 1).view(w.size())

# A projection of what was normed with the weights `norm`.
def folded(self, w: Tensor, norm: Tensor) -> Tensor:
  w = torch.to(w, 6)
  if self.layer_norm:
    return w
  return w * (norm * norm.size(0) ** 0.5)

def joined(self, w: List[Tensor]) -> Tensor:
  parts = annotate(List[Tensor], [])
  for t in w:
    if t.numel() > 0:
      parts.append(t)
  if len(parts) == 0:
    return torch.to(w[0], self.compute)
  return torch.to(torch.cat(parts), self.compute, False, True)

# Weights as declared, 24 in a row for each layer: norm, bias, q, k, v, their biases, norm of q, of k, o, bias, norm, bias,
# norm, bias, gate, bias, up, bias, down, bias, norm, bias; then the last norm, bias, head, embeddings, those of positions,
# cosines, sines.
def prepare(self, w: List[Tensor], layers: int, vocabulary: int) -> List[Tensor]:
  tail = 24 * layers
  half = 0
  if w[tail + 5].numel() > 0:
    half = w[tail + 5].size(1)
  scale = self.head_size ** -0.5
  out = annotate(List[Tensor], [])
  for layer in range(layers):
    i = 24 * layer
    out.append(self.copied(w, i))
    out.append(self.copied(w, i + 1))
    q = self.folded(w[i + 2], w[i])
    q_bias = w[i + 5]
    if self.qk_norm:
      q_norm = self.paired(w[i + 8], half).expand(self.heads, self.head_size)
      k_norm = self.paired(w[i + 9], half).expand(self.kv_heads, self.head_size)
      qk_norm = torch.cat([q_norm, k_norm * self.head_size ** 0.5])
    else:
      q = q * scale
      q_bias = q_bias * scale
      qk_norm = self.copied(w, i + 8)
    k = self.paired(self.folded(w[i + 3], w[i]), half)
    out.append(self.pack(torch.cat([self.paired(q, half), k, self.folded(w[i + 4], w[i])])))
    out.append(self.joined([self.paired(q_bias, half), self.paired(w[i + 6], half), w[i + 7]]))
    out.append(qk_norm)
    out.append(self.pack(w[i + 10]))
    out.append(self.joined(w[i + 11:i + 12]))
    for at in range(12, 16):
      out.append(self.copied(w, i + at))
    norm = w[i + 14]
    if self.parallel:
      norm = w[i]
    if self.gated:
      out.append(self.pack(torch.cat([self.folded(w[i + 16], norm), self.folded(w[i + 18], norm)])))
    else:
      out.append(self.pack(self.folded(w[i + 18], norm)))
    out.append(self.joined([w[i + 17], w[i + 19]]))
    out.append(self.pack(w[i + 20]))
    out.append(self.joined(w[i + 21:i + 22]))
    out.append(self.copied(w, i + 22))
    out.append(self.copied(w, i + 23))
  out.append(self.copied(w, tail))
  out.append(self.copied(w, tail + 1))
  out.append(self.pack(self.folded(w[tail + 2][:vocabulary], w[tail])))
  out.append(self.copied(w, tail + 3))
  out.append(self.copied(w, tail + 4))
  if half > 0:
    out.append(torch.complex(w[tail + 5], w[tail + 6]))
  else:
    out.append(self.copied(w, tail + 5))
  for size in [w[tail + 3].size(1), self.head_size]:
    out.append(torch.full([1], (size * self.epsilon) ** 0.5, dtype=6, device=w[0].device))
  return out

# Keys and values of each layer as flat buffers, whose front is seen as [slots · key-value heads, capacity, head size].
# Rounding keys to bfloat16 is what costs attention most of its precision: they are float32 or, where the compute dtype is
# short and the engine runs on a CPU, float16, which has eight times the precision of bfloat16. Those in float16 are seen as
# [slots · key-value heads, head size, capacity]: then scores are bags of rows, which reads them at the speed of memory.
def cache(self, like: Tensor, layers: int, slots: int, places: int) -> List[Tensor]:
  out = annotate(List[Tensor], [])
  size = slots * self.kv_heads * places * self.head_size
  keys = 6
  if self.compute != 6 and not like.is_cuda:
    keys = 5
  for i in range(layers):
    out.append(torch.zeros([size], dtype=keys, device=like.device))
    out.append(torch.zeros([size], dtype=self.compute, device=like.device))
  return out

# A buffer as [slots · key-value heads, capacity, head size], however it lies.
def seen(self, buffer: Tensor, turned: bool, slots: int, capacity: int) -> Tensor:
  front = buffer[:slots * self.kv_heads * capacity * self.head_size]
  if turned:
    return front.view(slots * self.kv_heads, self.head_size, capacity).transpose(1, 2)
  return front.view(slots * self.kv_heads, capacity, self.head_size)

def turned_keys(self, keys: Tensor) -> bool:
  return self.compute != 6 and not keys.is_cuda

# Puts x [key-value heads, time, head size] into a slot. Places behind it become zeros: though nothing may see them, they
# take part in products, where a NaN that another text left would spread.
def filled(self, buffer: Tensor, turned: bool, x: Tensor, slot: int, slots: int, capacity: int) -> Tensor:
  own = self.seen(buffer, turned, slots, capacity)[slot * self.kv_heads:slot * self.kv_heads + self.kv_heads]
  own[:, :x.size(1)].copy_(x)
  return own[:, x.size(1):].zero_()

# Lays buffers out for another capacity: products need the front of each head to lie without gaps.
def resize(self, cache: List[Tensor], slots: int, capacity: int, wanted: int) -> List[Tensor]:
  kept = min(capacity, wanted)
  for i in range(len(cache)):
    turned = i % 2 == 0 and self.turned_keys(cache[i])
    old = self.seen(cache[i], turned, slots, capacity)[:, :kept].clone()
    new = self.seen(cache[i], turned, slots, wanted)
    new[:, :kept].copy_(old)
    new[:, kept:].zero_()
  return annotate(List[Tensor], [])

# Scores [slots · key-value heads, queries, capacity] of queries [slots · key-value heads, queries, head size] in float32.
def scored(self, bias: Tensor, q: Tensor, keys: Tensor, turned: bool, rows: Tensor, bags: Tensor) -> Tensor:
  if turned:
    by_place = keys.transpose(1, 2).view(-1, keys.size(1))
    s = torch.embedding_bag(by_place, rows, bags, False, 0, False, torch.to(q, 5).view(-1), False)[0]
    return bias + s.view(bias.size())
  return torch.baddbmm(bias, q, keys.transpose(1, 2))

# The values [slots · key-value heads, capacity, head size] weighted by p [slots · key-value heads, queries, capacity]. On a
# CPU as a bag of rows for each query: products of single rows with bfloat16 matrices first lay these out anew.
def weighted(self, values: Tensor, p: Tensor, rows: Tensor, bags: Tensor) -> Tensor:
  if values.is_cuda:
    return torch.bmm(p, values)
  return torch.embedding_bag(values.view(-1, self.head_size), rows, bags, False, 0, False, p.view(-1), False)[0]

# x / √(‖x‖² + c²)
def directed(self, x: Tensor, c: Tensor) -> Tensor:
  return x / torch.hypot(torch.linalg_vector_norm(x, 2, [-1], True), c)

# The norm i of x, in the compute dtype; an RMS norm without what is folded into the projections.
def normed(self, x: Tensor, w: List[Tensor], i: int, tail: int) -> Tensor:
  if self.layer_norm:
    return torch.to(self.normalize(x, [w[i], w[i + 1]], 0), self.compute)
  return torch.to(self.directed(x, w[tail + 6]), self.compute)

# base + x·wᵀ + bias i, of which the norm is taken first if there is one
def added(self, base: Tensor, x: Tensor, w: List[Tensor], i: int) -> Tensor:
  if self.post_norm:
    y = torch.to(self.product(x, w[i], w[i + 1]), 6)
    return self.residual(base + self.normalize(y, [w[i + 2], w[i + 3]], 0))
  return self.residual(self.product_added(base, x, w[i], w[i + 1]))

# Queries and keys [rows, heads or key-value heads, head size], rotated, in float32, and values in the compute dtype.
def projected(self, x: Tensor, w: List[Tensor], i: int, tail: int, rotation: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  h = self.normed(x, w, i, tail)
  qkv = self.product(h, w[i + 2], w[i + 3]).view(x.size(0), -1, self.head_size)
  p = torch.split_with_sizes(qkv, [self.heads + self.kv_heads, self.kv_heads], 1)
  qk = torch.to(p[0], 6)
  if self.qk_norm:
    qk = self.directed(qk, w[tail + 7]) * w[i + 4]
  if rotation.numel() > 0:
    qk = self.turned(qk, rotation)
  q = torch.split_with_sizes(qk, [self.heads, self.kv_heads], 1)
  return (q[0], q[1], p[1])

# x rotated, maybe in place; rotation [rows, 1, half] complex
def turned(self, x: Tensor, rotation: Tensor) -> Tensor:
  half = rotation.size(2)
  if x.size(2) == 2 * half:
    torch.view_as_complex(x.view(x.size(0), x.size(1), half, 2)).mul_(rotation)
    return x
  p = torch.split_with_sizes(x, [2 * half, x.size(2) - 2 * half], 2)
  pairs = torch.view_as_complex(p[0].reshape(x.size(0), x.size(1), half, 2)) * rotation
  return torch.cat([torch.view_as_real(pairs).flatten(2), p[1]], 2)

# base + feed-forward(x), x [rows, width]
def fed(self, base: Tensor, x: Tensor, w: List[Tensor], i: int, tail: int) -> Tensor:
  norm = i + 9
  if self.parallel:
    norm = i
  h = self.normed(x, w, norm, tail)
  u = self.product(h, w[i + 11], w[i + 12])
  if self.gated:
    p = torch.split_with_sizes(u, [u.size(1) // 2, u.size(1) // 2], 1)
    if self.activation == 0:
      a = torch.silu(p[0]).mul_(p[1])
    else:
      a = torch.gelu(p[0], approximate="tanh").mul_(p[1])
  else:
    if self.activation == 1:
      a = torch.gelu(u, approximate="tanh")
    else:
      a = torch.square(torch.relu(u))
  return self.added(base, a, w, i + 13)

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
  return table.index_select(0, positions).unsqueeze(1)

def next_logits(self, x: Tensor, w: List[Tensor], tail: int, scale: float, cap: float) -> Tensor:
  z = torch.to(self.product(self.normed(x, w, tail, tail), w[tail + 2], w[tail][:0]), 6)
  if scale != 1.0:
    z = z * scale
  if cap > 0.0:
    z = torch.tanh(z / cap) * cap
  return z

# Reads a prompt ids [time] into a slot; returns logits [1, vocabulary] of what follows it.
def prefill(self, w: List[Tensor], cache: List[Tensor], ids: Tensor, slot: int, slots: int, capacity: int, layers: int, embedding_scale: float, scale: float, cap: float) -> Tensor:
  T = ids.size(0)
  tail = 17 * layers
  positions = torch.arange(T, dtype=4, device=ids.device)
  x = self.embedded(w, ids, positions, tail, embedding_scale)
  rotation = self.rotation(w[tail + 5], positions)
  mask = ids[:0]
  if self.window > 0 and self.window < T:
    mask = self.mask(ids[:0], T)
  for layer in range(layers):
    i = 17 * layer
    p = self.projected(x, w, i, tail, rotation)
    q = p[0].transpose(0, 1)
    k = p[1].transpose(0, 1)
    v = p[2].transpose(0, 1)
    self.filled(cache[2 * layer], self.turned_keys(k), k, slot, slots, capacity)
    self.filled(cache[2 * layer + 1], False, v, slot, slots, capacity)
    y = self.attend(torch.to(q, self.compute).unsqueeze(0), torch.to(k, self.compute).unsqueeze(0), v.unsqueeze(0), mask, 1.0)
    y = y[0].transpose(0, 1).reshape(T, -1)
    middle = self.added(x, y, w, i + 5)
    if self.parallel:
      x = self.fed(middle, x, w, i, tail)
    else:
      x = self.fed(middle, middle, w, i, tail)
  return self.next_logits(x[T - 1:], w, tail, scale, cap)

# Adds a token to each slot: ids and positions [slots]; its key and value go to the places `write` [slots]. A slot sees the
# places up to its position, of the `capacity` there are.
def step(self, w: List[Tensor], cache: List[Tensor], ids: Tensor, positions: Tensor, write: Tensor, capacity: int, layers: int, embedding_scale: float, scale: float, cap: float) -> Tensor:
  S = ids.size(0)
  K = self.kv_heads
  G = self.heads // K
  D = self.head_size
  tail = 17 * layers
  x = self.embedded(w, ids, positions, tail, embedding_scale)
  rotation = self.rotation(w[tail + 5], positions)
  place = torch.arange(capacity, device=ids.device).unsqueeze(0)
  hidden = torch.gt(place, positions.unsqueeze(1))
  if self.window > 0:
    hidden = torch.logical_or(hidden, torch.le(place, positions.unsqueeze(1) - self.window))
  bias = torch.zeros([S, capacity], dtype=6, device=ids.device).masked_fill_(hidden, -inf).view(S, 1, 1, capacity)
  bias = bias.expand(S, K, G, capacity).reshape(S * K, G, capacity)
  turned = self.turned_keys(ids)
  heads = torch.arange(S * K, device=ids.device)
  writes = write.unsqueeze(1).expand(S, K).reshape(-1)
  rows = heads * capacity + writes
  columns = heads[:0]
  parts = heads[:0]
  part_bags = heads[:0]
  if turned:
    own = torch.arange(S * K * D, device=ids.device).view(S * K, 1, D)
    columns = (own * capacity + writes.view(S * K, 1, 1)).view(-1)
    parts = own.expand(S * K, G, D).reshape(-1)
    part_bags = torch.arange(S * self.heads, device=ids.device) * D
  bags = torch.arange(S * self.heads, device=ids.device) * capacity
  members = torch.arange(S * K * capacity, device=ids.device).view(S * K, 1, capacity)
  members = members.expand(S * K, G, capacity).reshape(-1)
  for layer in range(layers):
    i = 17 * layer
    p = self.projected(x, w, i, tail, rotation)
    keys = self.seen(cache[2 * layer], turned, S, capacity)
    values = self.seen(cache[2 * layer + 1], False, S, capacity)
    if turned:
      cache[2 * layer].index_copy_(0, columns, torch.to(p[1], 5).reshape(-1))
    else:
      keys.view(-1, D).index_copy_(0, rows, p[1].reshape(-1, D))
    values.view(-1, D).index_copy_(0, rows, p[2].reshape(-1, D))
    s = self.scored(bias, p[0].reshape(S * K, G, D), keys, turned, parts, part_bags)
    y = self.weighted(values, torch.to(torch.softmax(s, -1), self.compute), members, bags).view(S, self.heads * D)
    middle = self.added(x, y, w, i + 5)
    if self.parallel:
      x = self.fed(middle, x, w, i, tail)
    else:
      x = self.fed(middle, middle, w, i, tail)
  return self.next_logits(x, w, tail, scale, cap)
