# Products with weights laid out for oneDNN, on CPUs: a few times faster for few rows.

# The layout is the one that oneDNN picks for 32 rows: with it a single row takes two thirds of the time, too.
def pack(self, w: Tensor) -> Tensor:
  return ops.mkldnn._reorder_linear_weight(torch.to(w, self.compute).contiguous(), 32)

def some(self, b: Tensor) -> Optional[Tensor]:
  bias: Optional[Tensor] = None
  if b.numel() > 0:
    bias = b
  return bias

def product(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(x, w, self.some(b), "none", annotate(List[Optional[number]], []), "")

# base + product, in float32
def product_added(self, base: Tensor, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  if self.compute == 6:
    return ops.mkldnn._linear_pointwise(x, base, w, self.some(b), "add")
  return base + self.product(x, w, b)
