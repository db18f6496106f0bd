# Products where there is no oneDNN.

def pack(self, w: Tensor) -> Tensor:
  return torch.to(w, self.compute, False, True).contiguous()

def product(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  if b.numel() > 0:
    return torch.linear(x, w, b)
  return torch.linear(x, w)

# base + product, in float32
def product_added(self, base: Tensor, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return base + self.product(x, w, b)
