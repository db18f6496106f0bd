# The arithmetic of a decoder. Between kernels flows float32; inside, matrix products and attention run in the dtype
# self.compute. Weights come as one list per sub-layer, in the order in which its parameters are declared in Java.
# Lists that may be empty are not possible in training mode: a tensor without elements stands for "none".

def embed(self, ids: Tensor, table: Tensor, scale: float, training: bool) -> Tensor:
  x = torch.embedding(table, ids)
  if scale != 1.0:
    x = x * scale
  return self.drop(self.residual(x), training)

def embed_with_positions(self, ids: Tensor, table: Tensor, positions: Tensor, position_table: Tensor, scale: float, training: bool) -> Tensor:
  x = torch.embedding(table, ids)
  if scale != 1.0:
    x = x * scale
  return self.drop(self.residual(x + torch.embedding(position_table, positions)), training)

# x plus its magnitude [batch, time] times noise that is evenly spread over −1 to 1, drawn anew for each number.
def noisy(self, x: Tensor, magnitudes: Tensor) -> Tensor:
  noise = torch.uniform_(torch.empty_like(x), -1.0, 1.0)
  return self.residual(torch.addcmul(x, noise, magnitudes.unsqueeze(-1)))

# Subtracting a tensor from itself would leave what is not a number.
def zero(self, tensors: List[Tensor]) -> List[Tensor]:
  for t in tensors:
    t.zero_()
  return tensors

# Precision "bfloat16 true" rounds the residual stream as well.
def residual(self, x: Tensor) -> Tensor:
  if self.round_residual:
    x = torch.to(torch.to(x, self.compute), 6)
  return x

def drop(self, x: Tensor, training: bool) -> Tensor:
  if training and self.dropout > 0.0:
    x = torch.dropout(x, self.dropout, True)
  return x

def inverse_size(self, x: Tensor) -> Tensor:
  n = torch.linalg_vector_norm(x, 2, [-1], True)
  return torch.rsqrt(n * n / x.size(-1) + self.epsilon)

def rms(self, x: Tensor, weight: Tensor) -> Tensor:
  return x * self.inverse_size(x) * weight

def normalize(self, x: Tensor, weights: List[Tensor], at: int) -> Tensor:
  if self.layer_norm:
    return torch.layer_norm(x, [x.size(-1)], weights[at], weights[at + 1], self.epsilon)
  return self.rms(x, weights[at])

def round(self, x: Tensor, rounded: bool) -> Tensor:
  if rounded:
    x = torch.to(x, self.compute)
  return x

def norm(self, x: Tensor, weights: List[Tensor], rounded: bool) -> Tensor:
  return self.round(self.normalize(x, weights, 0), rounded)

# norm, and what norm_backward needs beside x: the engine's own differentiation of an RMS norm takes a dozen passes over
# arrays of the size of x and keeps two of them.
def norm_forward(self, x: Tensor, weights: List[Tensor], rounded: bool) -> List[Tensor]:
  if self.layer_norm:
    n = torch.native_layer_norm(x, [x.size(-1)], weights[0], weights[1], self.epsilon)
    return [self.round(n[0], rounded), n[1], n[2]]
  r = self.inverse_size(x)
  return [self.round((x * r).mul_(weights[0]), rounded), r]

# base + the gradient of x, or that alone if base is without elements; then, if they learn, the gradients of the weights.
# Given the gradient of what norm_forward returned first, and the rest of what it returned.
def norm_backward(self, base: Tensor, gradient: Tensor, x: Tensor, kept: List[Tensor], weights: List[Tensor], learn: bool) -> List[Tensor]:
  C = x.size(-1)
  g = torch.to(gradient, 6)
  if self.layer_norm:
    d = torch.native_layer_norm_backward(g, x, [C], kept[0], kept[1], weights[0], weights[1], [True, learn, learn])
    dx = d[0]
    if base.numel() > 0:
      dx = dx.add_(base)
    if learn:
      return [dx, d[1], d[2]]
    return [dx]
  w = weights[0]
  r = kept[0]
  gx = g * x
  rows = gx.view(-1, C)
  along = torch.mv(rows, w).view(r.size()).mul_(r * r * r / -C)
  dw = annotate(List[Tensor], [])
  if learn:
    dw.append(torch.mv(rows.t(), r.view(-1)))
  gw = torch.mul(g, w, out=gx)
  if base.numel() > 0:
    dx = torch.addcmul(base, gw, r)
  else:
    dx = gw.mul_(r)
  return [dx.addcmul_(x, along)] + dw

# base + y; the last weights are those of the norm of the output, if there is one.
def add(self, base: Tensor, y: Tensor, weights: List[Tensor], training: bool) -> Tensor:
  y = torch.to(y, 6)
  if self.post_norm:
    at = len(weights) - 1
    if self.layer_norm:
      at = at - 1
    y = self.normalize(y, weights, at)
  return self.residual(base + self.drop(y, training))

def rotary(self, positions: Tensor, cos: Tensor, sin: Tensor) -> Tuple[Tensor, Tensor]:
  return (torch.embedding(cos, positions).unsqueeze(1), torch.embedding(sin, positions).unsqueeze(1))

# x [batch, heads, time, head size]; cos and sin [batch or 1, 1, time, half of the rotated places]
def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = cos.size(-1)
  rest = x.size(-1) - 2 * half
  if rest > 0:
    p = torch.split_with_sizes(x, [half, half, rest], -1)
    return torch.cat([p[0] * cos - p[1] * sin, p[1] * cos + p[0] * sin, p[2]], -1)
  q = torch.split_with_sizes(x, [half, half], -1)
  return torch.cat([q[0] * cos - q[1] * sin, q[1] * cos + q[0] * sin], -1)

# True where a token may look: not ahead, not into another document, not beyond the sliding window.
def mask(self, segments: Tensor, time: int) -> Tensor:
  place = torch.arange(time, device=segments.device)
  back = place.unsqueeze(1) - place.unsqueeze(0)
  seen = torch.ge(back, 0)
  if self.window > 0:
    seen = torch.logical_and(seen, torch.lt(back, self.window))
  if segments.numel() == 0:
    return seen.unsqueeze(0).unsqueeze(0)
  same = torch.eq(segments.unsqueeze(2), segments.unsqueeze(1))
  return torch.logical_and(same, seen).unsqueeze(1)

def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float) -> Tensor:
  if mask.numel() > 0:
    return torch.scaled_dot_product_attention(q, k, v, mask, 0.0, False, scale=scale, enable_gqa=self.grouped)
  return torch.scaled_dot_product_attention(q, k, v, None, 0.0, True, scale=scale, enable_gqa=self.grouped)

# y + scale · dropout(x)·Aᵀ·Bᵀ of the projections w, whose products with x stand side by side in y. updates: scale and dropout,
# then A [rank, in] and B [out, rank] of each projection of the sub-layer, without elements where there is none; or one
# tensor if there are none at all. `first` is which of them w begins with.
def updated(self, y: Tensor, x: Tensor, w: List[Tensor], updates: List[Tensor], first: int) -> Tensor:
  if len(updates) == 1:
    return y
  down = annotate(List[Tensor], [])
  up = annotate(List[Tensor], [])
  for i in range(len(w)):
    at = 1 + 2 * (first + i)
    if updates[at].numel() > 0:
      down.append(updates[at])
      up.append(updates[at + 1])
    else:
      up.append(torch.zeros([w[i].size(0), 0], dtype=6, device=y.device))
  if len(down) == 0:
    return y
  rows = x.flatten(0, 1)
  scale = float(updates[0][0])
  dropout = float(updates[0][1])
  if dropout > 0.0:
    parts = annotate(List[Tensor], [])
    for a in down:
      parts.append(torch.linear(torch.dropout(rows, dropout, True), torch.to(a, self.compute)))
    t = torch.cat(parts, -1)
  else:
    t = torch.linear(rows, torch.to(torch.cat(down), self.compute))
  b = torch.to(torch.block_diag(up) * scale, self.compute)
  return torch.addmm(y.flatten(0, 1), t, b.t()).view(y.size())

def project(self, h: Tensor, w: List[Tensor], updates: List[Tensor]) -> Tensor:
  # One product for queries, keys and values where weights are cast anyway.
  weight = torch.cat([torch.to(w[0], self.compute), torch.to(w[1], self.compute), torch.to(w[2], self.compute)])
  if self.attention_bias:
    bias = torch.cat([w[4], w[5], w[6]])
    y = torch.linear(h, weight, torch.to(bias, self.compute))
  else:
    y = torch.linear(h, weight)
  return self.updated(y, h, w[:3], updates, 0)

# The projection w, which is number `at` of its sub-layer.
def bent(self, w: Tensor, x: Tensor, bias: List[Tensor], updates: List[Tensor], at: int) -> Tensor:
  if len(bias) > 0:
    y = torch.linear(x, torch.to(w, self.compute), torch.to(bias[0], self.compute))
  else:
    y = torch.linear(x, torch.to(w, self.compute))
  return self.updated(y, x, [w], updates, at)

# Queries, keys and values [batch, time, heads + 2 · key-value heads, head size] of what was normed, before they are
# rotated. Weights: q, k, v, o, then biases of q, k, v, of o, norms of q, k, norm of the output.
def queries(self, h: Tensor, w: List[Tensor], updates: List[Tensor]) -> Tensor:
  B, T, C = h.size()
  qkv = self.project(h, w, updates).view(B, T, self.heads + 2 * self.kv_heads, self.head_size)
  if self.qk_norm:
    after = 4
    if self.attention_bias:
      after = after + 3
    if self.output_bias:
      after = after + 1
    p = torch.split_with_sizes(qkv, [self.heads, self.kv_heads, self.kv_heads], 2)
    q = torch.to(self.rms(torch.to(p[0], 6), w[after]), self.compute)
    k = torch.to(self.rms(torch.to(p[1], 6), w[after + 1]), self.compute)
    qkv = torch.cat([q, k, p[2]], 2)
  return qkv

# base + what attention found, y [batch, time, heads · head size]
def attention_output(self, base: Tensor, y: Tensor, w: List[Tensor], updates: List[Tensor], training: bool) -> Tensor:
  bias = annotate(List[Tensor], [])
  if self.output_bias:
    bias_at = 4
    if self.attention_bias:
      bias_at = 7
    bias = w[bias_at:bias_at + 1]
  return self.add(base, self.bent(w[3], y, bias, updates, 3), w, training)

# base + attention(h) in one piece, for the engine's own differentiation.
def attention(self, base: Tensor, h: Tensor, w: List[Tensor], updates: List[Tensor], cos: Tensor, sin: Tensor, mask: Tensor, training: bool) -> Tensor:
  B, T, C = h.size()
  qkv = self.queries(h, w, updates).transpose(1, 2)
  p = torch.split_with_sizes(qkv, [self.heads + self.kv_heads, self.kv_heads], 1)
  qk = p[0]
  if cos.numel() > 0:
    qk = self.rotate(qk, torch.to(cos, self.compute), torch.to(sin, self.compute))
  q = torch.split_with_sizes(qk, [self.heads, self.kv_heads], 1)
  y = self.attend(q[0], q[1], p[1], mask, self.head_size ** -0.5).transpose(1, 2).reshape(B, T, -1)
  return self.attention_output(base, y, w, updates, training)

# --- Attention between the projections, differentiated by hand, for the CPU. The engine's fused attention reaches a
# seventh of the rate of its matrix products there. Queries are taken a block at a time, with only the keys that the
# block can see, and of a few sequences at a time, so that their scores stay in caches; scores are float32,
# probabilities in the compute dtype.

# Sequences whose scores of a block are 4 MB.
def sequences_at_once(self, time: int, block: int) -> int:
  return max(1, 1048576 // (self.heads * min(block, time) * time))

# The bias of some sequences.
def bias_of(self, bias: Tensor, begin: int, finish: int) -> Tensor:
  if bias.size(0) == 1:
    return bias
  return bias[begin:finish]

# Where the keys begin that a block of queries can see.
def first_key(self, at: int) -> int:
  if self.window > 0:
    return max(0, at + 1 - self.window)
  return 0

# Minus infinity where a token may not look, else 0.
def bias(self, mask: Tensor) -> Tensor:
  zero = torch.zeros(mask.size(), dtype=6, device=mask.device)
  return zero.masked_fill_(torch.logical_not(mask), -inf)

# to[…, :2·half] = x rotated, both [batch, heads, time, head size]; sign −1 rotates back.
def rotate_into(self, to: Tensor, x: Tensor, cos: Tensor, sin: Tensor, sign: int) -> Tensor:
  if cos.numel() == 0:
    return to.copy_(x)
  half = cos.size(-1)
  c = torch.to(cos, self.compute)
  s = torch.to(sin, self.compute)
  a = x[..., :half]
  b = x[..., half:2 * half]
  to[..., :half].copy_(a * c).addcmul_(b, s, value=-sign)
  to[..., half:2 * half].copy_(b * c).addcmul_(a, s, value=sign)
  if 2 * half < x.size(-1):
    to[..., 2 * half:].copy_(x[..., 2 * half:])
  return to

# Attention probabilities of the queries at..end for the keys first..end; q and k in float32.
def probabilities(self, q: Tensor, k: Tensor, bias: Tensor, at: int, end: int, first: int) -> Tensor:
  K = q.size(0)
  G = q.size(1)
  D = q.size(3)
  s = torch.bmm(q[:, :, at:end].reshape(K, -1, D), k[:, first:end].transpose(1, 2))
  if bias.size(2) < end:
    # Nothing but what comes later is hidden: all blocks are alike, and the bias is that of one.
    s.view(K, G, end - at, end - first)[:, :, :, at - first:].add_(bias[0, :, :end - at, :end - at])
  else:
    B = bias.size(0)
    s.view(B, -1, G, end - at, end - first).add_(bias[:, :, at:end, first:end].unsqueeze(1))
  return torch.to(torch.softmax(s, -1), self.compute)

# Returns y [batch, time, heads · head size], rotated and scaled q, k, v [batch · key-value heads, …, time, head size],
# and, if they are to be kept, the probabilities of each block of some sequences.
def attend_forward(self, qkv: Tensor, cos: Tensor, sin: Tensor, bias: Tensor, block: int, keep: bool) -> List[Tensor]:
  B, T, N, D = qkv.size()
  K = self.kv_heads
  G = self.heads // K
  x = qkv.transpose(1, 2)
  r = torch.empty([B, N, T, D], dtype=qkv.dtype, device=qkv.device)
  self.rotate_into(r[:, :self.heads + K], x[:, :self.heads + K], cos, sin, 1)
  r[:, self.heads + K:].copy_(x[:, self.heads + K:])
  q = r[:, :self.heads].mul_(D ** -0.5).reshape(B * K, G, T, D)
  k = r[:, self.heads:self.heads + K].reshape(B * K, T, D)
  v = r[:, self.heads + K:].reshape(B * K, T, D)
  out = torch.empty([B, T, self.heads * D], dtype=qkv.dtype, device=qkv.device)
  y = out.view(B, T, K, G, D).permute(0, 2, 3, 1, 4)
  kept = annotate(List[Tensor], [])
  few = self.sequences_at_once(T, block)
  begin = 0
  while begin < B:
    finish = min(begin + few, B)
    floats = torch.to(q[begin * K:finish * K], 6)
    keys = torch.to(k[begin * K:finish * K], 6)
    values = v[begin * K:finish * K]
    hidden = self.bias_of(bias, begin, finish)
    at = 0
    while at < T:
      end = min(at + block, T)
      first = self.first_key(at)
      p = self.probabilities(floats, keys, hidden, at, end, first)
      y[begin:finish, :, :, at:end] = torch.bmm(p, values[:, first:end]).view(finish - begin, K, G, end - at, D)
      if keep:
        kept.append(p)
      at = end
    begin = finish
  return [out, q, k, v] + kept

# The gradient of qkv, given what attend_forward returned without y, and the gradient of y.
def attend_backward(self, gradient: Tensor, kept: List[Tensor], cos: Tensor, sin: Tensor, bias: Tensor, block: int) -> Tensor:
  q = kept[0]
  k = kept[1]
  v = kept[2]
  B = gradient.size(0)
  T = gradient.size(1)
  D = q.size(3)
  K = self.kv_heads
  G = self.heads // K
  g = gradient.view(B, T, K, G, D).permute(0, 2, 3, 1, 4)
  gq = torch.empty_like(q)
  gk = torch.zeros_like(k)
  gv = torch.zeros_like(v)
  few = self.sequences_at_once(T, block)
  begin = 0
  i = 3
  while begin < B:
    finish = min(begin + few, B)
    queries = q[begin * K:finish * K]
    keys = k[begin * K:finish * K]
    values = v[begin * K:finish * K]
    at = 0
    while at < T:
      end = min(at + block, T)
      first = self.first_key(at)
      if len(kept) > 3:
        p = kept[i]
      else:
        p = self.probabilities(torch.to(queries, 6), torch.to(keys, 6), self.bias_of(bias, begin, finish), at, end, first)
      gi = g[begin:finish, :, :, at:end].reshape(p.size(0), -1, D)
      gv[begin * K:finish * K, first:end].add_(torch.bmm(p.transpose(1, 2), gi))
      gs = torch._softmax_backward_data(torch.bmm(gi, values[:, first:end].transpose(1, 2)), p, -1, self.compute)
      gq[begin * K:finish * K, :, at:end] = torch.bmm(gs, keys[:, first:end]).view(p.size(0), G, end - at, D)
      gk[begin * K:finish * K, first:end].add_(torch.bmm(gs.transpose(1, 2), queries[:, :, at:end].reshape(p.size(0), -1, D)))
      at = end
      i = i + 1
    begin = finish
  out = torch.empty([B, T, self.heads + 2 * K, D], dtype=q.dtype, device=q.device)
  o = out.transpose(1, 2)
  self.rotate_into(o[:, :self.heads], gq.mul_(D ** -0.5).view(B, self.heads, T, D), cos, sin, -1)
  self.rotate_into(o[:, self.heads:self.heads + K], gk.view(B, K, T, D), cos, sin, -1)
  o[:, self.heads + K:].copy_(gv.view(B, K, T, D))
  return out

# base + feed-forward(h); weights: gate if gated, up, down, then biases in the same order, norm of the output
def feed_forward(self, base: Tensor, h: Tensor, w: List[Tensor], updates: List[Tensor], training: bool) -> Tensor:
  n = 2
  if self.gated:
    n = 3
  bias = annotate(List[Tensor], [])
  if self.feed_forward_bias:
    bias = w[n:2 * n]
  if self.gated:
    g = self.bent(w[0], h, bias[:1], updates, 0)
    if self.activation == 0:
      g = torch.silu(g)
    else:
      g = torch.gelu(g, approximate="tanh")
    a = g * self.bent(w[1], h, bias[1:2], updates, 1)
  else:
    u = self.bent(w[0], h, bias[:1], updates, 0)
    if self.activation == 1:
      a = torch.gelu(u, approximate="tanh")
    else:
      r = torch.relu(u)
      a = r * r
  return self.add(base, self.bent(w[n - 1], a, bias[n - 1:n], updates, n - 1), w, training)

# Logits of hidden states [tokens, width] for the real vocabulary, in float32.
def logits(self, hidden: Tensor, table: Tensor, vocabulary: int, scale: float, cap: float) -> Tensor:
  z = torch.to(torch.linear(torch.to(hidden, self.compute), torch.to(table[:vocabulary], self.compute)), 6)
  if scale != 1.0:
    z = z * scale
  if cap > 0.0:
    z = torch.tanh(z / cap) * cap
  return z

# Log-probabilities of targets and log of the sum of exponentials, both [tokens], rows at a time.
def log_probabilities(self, hidden: Tensor, table: Tensor, targets: Tensor, vocabulary: int, scale: float, cap: float, rows: int) -> Tuple[Tensor, Tensor]:
  n = hidden.size(0)
  chosen = torch.empty([n], dtype=6, device=hidden.device)
  total = torch.empty([n], dtype=6, device=hidden.device)
  t16 = torch.to(table[:vocabulary], self.compute)
  at = 0
  while at < n:
    end = min(at + rows, n)
    z = torch.to(torch.linear(torch.to(hidden[at:end], self.compute), t16), 6)
    if scale != 1.0:
      z = z.mul_(scale)
    if cap > 0.0:
      z = z.div_(cap).tanh_().mul_(cap)
    s = torch.logsumexp(z, [-1])
    total[at:end] = s
    chosen[at:end] = torch.gather(z, 1, torch.to(targets[at:end], 4).unsqueeze(1)).squeeze(1) - s
    at = end
  return (chosen, total)

# The loss  sum_i w_i · ((1 − e)·(−log p_i(target)) + e·mean_v(−log p_i(v)) + z·logsumexp_i²)  and its gradients:
# returns log-probabilities and log-sums [tokens], mean log-probabilities [tokens] if e > 0, the gradient of the
# hidden states [tokens, width]; adds to the table's gradient. The logits exist for `rows` tokens at a time.
def head_gradients(self, hidden: Tensor, table: Tensor, table_gradient: Tensor, targets: Tensor, weights: Tensor, vocabulary: int, scale: float, cap: float, smoothing: float, z_loss: float, rows: int, block: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
  n = hidden.size(0)
  chosen = torch.empty([n], dtype=6, device=hidden.device)
  total = torch.empty([n], dtype=6, device=hidden.device)
  mean = torch.zeros([n], dtype=6, device=hidden.device)
  gradient = torch.empty([n, hidden.size(1)], dtype=6, device=hidden.device)
  t16 = torch.to(table[:vocabulary], self.compute)
  h16 = torch.to(hidden, self.compute)
  d16 = torch.empty([min(block, n), vocabulary], dtype=self.compute, device=hidden.device)
  learn = table_gradient.numel() > 0
  begin = 0
  while begin < n:
    finish = min(begin + block, n)
    at = begin
    while at < finish:
      end = min(at + rows, finish)
      z = torch.to(torch.linear(h16[at:end], t16), 6)
      if scale != 1.0:
        z = z.mul_(scale)
      if cap > 0.0:
        z = z.div_(cap).tanh_().mul_(cap)
      target = torch.to(targets[at:end], 4).unsqueeze(1)
      w = weights[at:end].unsqueeze(1)
      zt = torch.gather(z, 1, target)
      if smoothing > 0.0:
        mean[at:end] = torch.mean(z, [-1])
      if cap > 0.0:
        slope = 1.0 - torch.square(z / cap)
      else:
        slope = w
      d = torch.log_softmax(z, -1)
      lt = torch.gather(d, 1, target)
      s = zt - lt
      chosen[at:end] = lt.squeeze(1)
      total[at:end] = s.squeeze(1)
      d = torch.exp_(d)
      factor = w
      if z_loss > 0.0:
        factor = w * (s * (2.0 * z_loss) + 1.0)
      d = d.mul_(factor)
      if smoothing > 0.0:
        d = d.sub_(w * (smoothing / vocabulary))
      d = d.scatter_add_(1, target, w * (smoothing - 1.0))
      if cap > 0.0:
        d = d.mul_(slope)
      if scale != 1.0:
        d = d.mul_(scale)
      d16[at - begin:end - begin] = d
      at = end
    used = d16[:finish - begin]
    gradient[begin:finish] = torch.mm(used, t16)
    if learn:
      table_gradient[:vocabulary].add_(torch.to(torch.mm(used.t(), h16[begin:finish]), 6))
    begin = finish
  if smoothing > 0.0:
    mean = mean.sub_(total)
  return (chosen, total, mean, gradient)
