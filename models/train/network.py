# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A small trainer: layers with forward and backward in float32, images as N x height x width x channels.

Every layer has its weights in self.parameters and what backward() found for them in self.gradients, both lists of the same shapes.
relu: the layer's fused activation."""
import numpy as np


def padding(size, kernel, stride):
    """TFLite's SAME: before and behind."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def he(rng, shape, inputs):
    """Weights as He has them: the variance of what comes in is kept behind a ReLU."""
    return (rng.standard_normal(shape) * np.sqrt(2 / inputs)).astype(np.float32)


class Layer:
    relu = False
    parameters = ()

    def __call__(self, x):
        y = self.forward(x)
        if self.relu:
            self.positive = y > 0
            y = y * self.positive
        return y

    def back(self, grad):
        return self.backward(grad * self.positive if self.relu else grad)


class Windowed(Layer):
    """What slides a window over an image with SAME padding."""

    def __init__(self, kernel, stride):
        self.kernel, self.stride = kernel, stride

    def padded(self, x):
        self.shape = x.shape
        self.pads = [padding(size, k, s) for size, k, s in zip(x.shape[1:3], self.kernel, self.stride)]
        self.size = [-(-size // s) for size, s in zip(x.shape[1:3], self.stride)]
        return np.pad(x, ((0, 0), *self.pads, (0, 0)))

    def shifted(self, x, y, column):
        """Of a padded image: what tap (y, column) of the kernel sees for each output."""
        (rows, columns), (down, right) = self.size, self.stride
        return x[:, y:y + (rows - 1) * down + 1:down, column:column + (columns - 1) * right + 1:right]

    def taps(self):
        return [(y, x) for y in range(self.kernel[0]) for x in range(self.kernel[1])]

    def unpadded(self, grad):
        (top, _), (left, _) = self.pads
        return grad[:, top:top + self.shape[1], left:left + self.shape[2]]


class Conv(Windowed):
    def __init__(self, rng, inputs, outputs, kernel=(1, 1), stride=(1, 1), relu=True):
        super().__init__(kernel, stride)
        self.relu = relu
        self.parameters = [he(rng, (*kernel, inputs, outputs), inputs * kernel[0] * kernel[1]), np.zeros(outputs, np.float32)]

    def forward(self, x):
        padded = self.padded(x)
        self.columns = np.concatenate([self.shifted(padded, *tap) for tap in self.taps()], axis=3).reshape(-1, self.parameters[0][..., 0].size)
        weights = self.parameters[0].reshape(self.columns.shape[1], -1)
        return (self.columns @ weights + self.parameters[1]).reshape(len(x), *self.size, -1)

    def backward(self, grad):
        flat = grad.reshape(-1, grad.shape[3])
        self.gradients = [(self.columns.T @ flat).reshape(self.parameters[0].shape), flat.sum(0)]
        columns = (flat @ self.parameters[0].reshape(-1, grad.shape[3]).T).reshape(*grad.shape[:3], len(self.taps()), -1)
        full = np.zeros((self.shape[0], *(size + sum(pad) for size, pad in zip(self.shape[1:3], self.pads)), self.shape[3]), np.float32)
        for number, tap in enumerate(self.taps()):
            self.shifted(full, *tap)[...] += columns[:, :, :, number]
        return self.unpadded(full)


class Depthwise(Windowed):
    def __init__(self, rng, channels, kernel=(3, 3), stride=(1, 1), relu=True):
        super().__init__(kernel, stride)
        self.relu = relu
        self.parameters = [he(rng, (*kernel, channels), kernel[0] * kernel[1]), np.zeros(channels, np.float32)]

    def forward(self, x):
        self.input = self.padded(x)
        y = self.parameters[1] + np.zeros((len(x), *self.size, x.shape[3]), np.float32)
        for tap in self.taps():
            y += self.shifted(self.input, *tap) * self.parameters[0][tap]
        return y

    def backward(self, grad):
        weights, full = np.zeros_like(self.parameters[0]), np.zeros_like(self.input)
        for tap in self.taps():
            weights[tap] = np.einsum("nyxc,nyxc->c", self.shifted(self.input, *tap), grad)
            self.shifted(full, *tap)[...] += grad * self.parameters[0][tap]
        self.gradients = [weights, grad.sum((0, 1, 2))]
        return self.unpadded(full)


class Dense(Layer):
    def __init__(self, rng, inputs, outputs, relu=False):
        self.relu = relu
        self.parameters = [he(rng, (inputs, outputs), inputs), np.zeros(outputs, np.float32)]

    def forward(self, x):
        self.input = x
        return x @ self.parameters[0] + self.parameters[1]

    def backward(self, grad):
        self.gradients = [self.input.T @ grad, grad.sum(0)]
        return grad @ self.parameters[0].T


class Average(Layer):
    """Over height and width; flattened."""

    def forward(self, x):
        self.shape = x.shape
        return x.mean((1, 2))

    def backward(self, grad):
        return np.broadcast_to(grad[:, None, None] / (self.shape[1] * self.shape[2]), self.shape)


class Network:
    def __init__(self, layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def learn(self, grad):
        for layer in reversed(self.layers):
            grad = layer.back(grad)

    def trained(self):
        return [layer for layer in self.layers if layer.parameters]


class Adam:
    def __init__(self, network, rate):
        self.network, self.rate, self.steps = network, rate, 0
        self.state = [[(np.zeros_like(p), np.zeros_like(p)) for p in layer.parameters] for layer in network.trained()]

    def step(self):
        self.steps += 1
        rate = self.rate * np.sqrt(1 - 0.999 ** self.steps) / (1 - 0.9 ** self.steps)
        for layer, states in zip(self.network.trained(), self.state):
            for parameter, gradient, (mean, square) in zip(layer.parameters, layer.gradients, states):
                mean += 0.1 * (gradient - mean)
                square += 0.001 * (gradient * gradient - square)
                parameter -= (rate * mean / (np.sqrt(square) + 1e-7)).astype(np.float32)


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def cross_entropy(outputs, labels):
    """Gradient at the outputs before the softmax, and the loss."""
    chances = softmax(outputs)
    picked = chances[np.arange(len(labels)), labels]
    chances[np.arange(len(labels)), labels] -= 1
    return chances / len(labels), -np.log(picked + 1e-9).mean()


def squared_error(outputs, wanted):
    difference = outputs - wanted
    return 2 * difference / difference.size, (difference * difference).mean()


def fit(network, inputs, targets, loss, rng, epochs, rate, batch=64, change=None):
    """Trains with Adam; the rate falls to a twentieth. change(inputs, rng): augmentation of a batch."""
    optimiser = Adam(network, rate)
    for epoch in range(epochs):
        order, total = rng.permutation(len(inputs)), 0.0
        optimiser.rate = rate * 0.05 ** (epoch / max(epochs - 1, 1))
        for at in range(0, len(order), batch):
            part = order[at:at + batch]
            grad, value = loss(network(change(inputs[part], rng) if change else inputs[part]), targets[part])
            network.learn(grad.astype(np.float32))
            optimiser.step()
            total += float(value) * len(part)
        print(f"epoch {epoch + 1} of {epochs}: loss {total / len(inputs):.4f}", flush=True)
