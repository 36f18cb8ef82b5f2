// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let container = Check(
    "ENV04", .environment, "host or container",
    explanation: """
      Containers share the kernel of their host. A module is loaded into that kernel, its headers and package database are the
      host's, and one module, or one set of eBPF programs, serves every container on it. Inside of a container toa sees the wrong
      files, so it installs nothing there.

      Run toa on the host. For applications in containers nothing is to be done: accept() and getpeername() give them the client's
      address as soon as the host has toa.

      Some virtual machines look like containers from inside and have a kernel of their own without modules. There toa uses eBPF.

      In Kubernetes a privileged DaemonSet with hostPID reaches the host:
          nsenter -t 1 -m -u -n -i -- toa install
      """
  ) { context in
    guard let container = context.facts.container else { return Outcome(.ok, "no sign of a container") }
    let seen = "a container (\(container.engine))"
    let evidence = [container.evidence]
    if context.bpf.live != nil { return Outcome(.info, "\(seen); its kernel has toa's eBPF", evidence: evidence) }
    if context.isLoaded { return Outcome(.info, "\(seen); the host's kernel has toa.ko", evidence: evidence) }
    if context.hasNoModuleSupport {
      return Outcome(.info, "\(seen), and its kernel takes no modules (ENV03)", evidence: evidence)
    }
    return Outcome(
      .error, "\(seen): its kernel is the host's", expected: "the host itself", evidence: evidence,
      fix: ["run `toa install` on the host: its kernel is the one that accepts the connections"])
  }
}
