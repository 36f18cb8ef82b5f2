// SPDX-License-Identifier: Apache-2.0

/// The ordered list of steps that a command will take; `--dry-run` prints this very value.
public struct Plan: Sendable, Equatable, Codable {
  /// The verb that made it: "install".
  public var verb: String
  /// Backend that it is for; plans of journals from before there were two have none.
  public var backend: Backend.Kind?
  /// Kernel release that it is for.
  public var kernel: String
  /// The steps in order.
  public var steps: [Step]
  /// How later kernels get their module; plans with eBPF, and those of earlier versions, have none.
  public var kernelUpdates: KernelUpdates?
  /// The repository of built modules that was named; later kernels' hooks ask it first. Nil where none was.
  public var repository: String?

  /// Creates a plan.
  public init(verb: String, backend: Backend.Kind = .module, kernel: String, steps: [Step]) {
    self.verb = verb
    self.backend = backend
    self.kernel = kernel
    self.steps = steps
  }
}
