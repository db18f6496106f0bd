# Updates of a group of parameters that share their factors. Lists are parallel; what comes after gradients is state.
# scale and skip are float32 [1]; where skip is 1, weights and state keep their bits, whatever gradients hold.

# The same lists, to be kept inside of the engine.
def keep(self, tensors: List[Tensor]) -> List[Tensor]:
  return tensors

# The engine divides gradients by grad_scale.
def adamw(self, weights: List[Tensor], gradients: List[Tensor], steps: List[Tensor], averages: List[Tensor], square_averages: List[Tensor], rate: float, decay: float, beta1: float, beta2: float, epsilon: float, scale: Tensor, skip: Tensor) -> Tensor:
  torch._foreach_add_(steps, torch.squeeze(torch.rsub(skip, 1)))
  none = annotate(List[Tensor], [])
  torch._fused_adamw_(weights, gradients, averages, square_averages, none, steps, lr=rate, beta1=beta1, beta2=beta2, weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False, grad_scale=torch.reciprocal(scale), found_inf=skip)
  return skip

def sgd(self, weights: List[Tensor], gradients: List[Tensor], rate: float, decay: float, scale: Tensor, skip: Tensor) -> Tensor:
  return self.sgd_with_momentum(weights, gradients, annotate(List[Tensor], []), rate, decay, 0.0, False, scale, skip)

def sgd_with_momentum(self, weights: List[Tensor], gradients: List[Tensor], momenta: List[Tensor], rate: float, decay: float, momentum: float, nesterov: bool, scale: Tensor, skip: Tensor) -> Tensor:
  # Momenta begin as zeros, so that the first step is like any other.
  torch._fused_sgd_(weights, gradients, momenta, weight_decay=decay, momentum=momentum, lr=rate, dampening=0.0, nesterov=nesterov, maximize=False, is_first_step=False, grad_scale=torch.reciprocal(scale), found_inf=skip)
  return skip

def muon(self, weights: List[Tensor], gradients: List[Tensor], momenta: List[Tensor], rate: float, decay: float, momentum: float, nesterov: bool, iterations: int, dtype: int, scale: Tensor, skip: Tensor) -> Tensor:
  skipped = torch.eq(skip, 1)
  for i in range(len(weights)):
    gradient = torch.mul_(gradients[i], scale)
    average = torch.lerp(gradient, momenta[i], momentum)
    direction = average
    if nesterov:
      direction = torch.lerp(gradient, average, momentum)
    matrix = torch.flatten(direction, 1)
    size = 0.2 * max(matrix.size(0), matrix.size(1)) ** 0.5
    change = torch.view(self.orthogonal(matrix, iterations, dtype), direction.size())
    updated = weights[i] * (1.0 - rate * decay) - change * (rate * size)
    momenta[i].copy_(torch.where(skipped, momenta[i], average))
    weights[i].copy_(torch.where(skipped, weights[i], updated))
  return skip

# The Newton-Schulz iteration on the smaller of the two Gram matrices. The norm is taken before rounding, and only
# zeros are kept from being divided by zero, so that the size of gradients does not matter.
def orthogonal(self, matrix: Tensor, iterations: int, dtype: int) -> Tensor:
  wide = matrix.size(0) <= matrix.size(1)
  x = matrix if wide else torch.t(matrix)
  x = torch.to(x / torch.clamp_min(torch.linalg_vector_norm(x, 2), 1e-30), dtype)
  for i in range(iterations):
    gram = torch.mm(x, torch.t(x))
    polynomial = torch.addmm(gram, gram, gram, beta=-4.7750, alpha=2.0315)
    x = torch.addmm(x, polynomial, x, beta=3.4445)
  x = torch.to(x, 6)
  return x if wide else torch.t(x)
