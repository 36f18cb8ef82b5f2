// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host

extension Check {
  static let moduleSupport = Check(
    "ENV03", .environment, "loadable modules", about: .module,
    explanation: """
      toa.ko is a kernel module. A kernel that was built without CONFIG_MODULES has no system call to load one (finit_module
      answers ENOSYS), and nothing that is installed on the host changes that. Small virtual machines (Firecracker, Kata), gVisor
      and the like run such kernels. Doctor asks the kernel itself, with a bad file descriptor, so nothing is loaded.

      In a container or a microVM, TOA belongs to the kernel that accepts the connections. Containers share the host's kernel:
      run toa there. A microVM has its own: give it a kernel with modules.

      On a server or an ordinary virtual machine, boot the distribution's own kernel and run the check again:
          toa doctor --only ENV
      """
  ) { context in
    guard context.facts.isRunning else {
      return context.unmet(.running) ?? Outcome(.ok, "running")
    }
    let identity = context.system.identity
    let answer = context.system.moduleLoading()
    let evidence = ["finit_module(2): \(errorText(answer))"]
    switch answer {
    case ENOSYS:
      return Outcome(
        .error, "this kernel has none and cannot load toa.ko; it was built without CONFIG_MODULES",
        expected: "a kernel with CONFIG_MODULES=y", evidence: evidence,
        fix: [
          "boot the distribution's own kernel, then: toa install", "in a container or microVM: run toa on its host",
        ])
    case EBADF: return Outcome(.ok, "the kernel takes modules", evidence: evidence)
    case EPERM where context.facts.signing.modulesDisabled:
      return Outcome(.skipped, "modules are switched off until the next boot (SIG04)", evidence: evidence)
    case EPERM where identity.userID != 0 || identity.capabilities >> 16 & 1 == 0:
      return Outcome(
        .skipped, "only root with CAP_SYS_MODULE is answered", evidence: evidence)
    case EPERM:
      return Outcome(
        .error, "a seccomp filter or a security module keeps this process from loading modules", evidence: evidence,
        fix: ["run toa on the host, outside of containers and of services with SystemCallFilter="])
    default: return Outcome(.info, "the kernel gave an answer that toa does not know", evidence: evidence)
    }
  }
}
