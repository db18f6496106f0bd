# Products with weights laid out for oneDNN, on CPUs: a few times faster for few rows.

def pack(self, w: Tensor) -> Tensor:
  return ops.mkldnn._reorder_linear_weight(torch.to(w, self.compute).contiguous(), None)

def product(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  if b.numel() > 0:
    return ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "")
  return ops.mkldnn._linear_pointwise(x, w, None, "none", annotate(List[Optional[number]], []), "")
