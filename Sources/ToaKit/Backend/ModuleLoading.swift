// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Host
internal import Kmod

extension Transaction {
  func loadModule(_ name: String) throws(ToaError) { try ModuleBackend(system).load(parameters: "") }

  func unloadModule(_ name: String) throws(ToaError) { try ModuleBackend(system).unload() }
}

/// Loads and unloads toa.ko, and says why where the kernel will not.
public struct ModuleBackend: Sendable {
  /// Name of the module.
  public static let moduleName = "toa"
  let system: System

  /// Creates the backend.
  public init(_ system: System) { self.system = system }

  /// Loads the module by name through libkmod; a loaded one is no error.
  public func load(parameters: String) throws(ToaError) {
    if system.modules.state(Self.moduleName) == .live { return }
    do throws(KmodError) {
      try system.modules.load(Self.moduleName, parameters)
    } catch {
      throw explain(error)
    }
    guard system.modules.state(Self.moduleName) == .live else {
      throw ToaError(
        .loadFailed, "toa.ko is not in the kernel after loading it", why: "libkmod reported success",
        next: ["toa doctor"])
    }
  }

  /// Unloads the module; one that is not loaded is no error.
  public func unload() throws(ToaError) {
    guard system.modules.state(Self.moduleName) == .live else { return }
    do throws(KmodError) {
      try system.modules.remove(Self.moduleName)
    } catch {
      if error.errno == ENOENT { return }
      throw ToaError(
        error.errno == EAGAIN || error.errno == EBUSY ? .unloadUnsafe : .unexpected, "cannot unload toa.ko",
        why: error.errno == EAGAIN || error.errno == EBUSY
          ? "it is in use: a call is still inside it, or a socket's destructor was wrapped by another module"
          : errorText(error.errno),
        next: ["stop the services that hold such connections and run the same command again, or reboot"])
    }
  }

  private func explain(_ error: KmodError) -> ToaError {
    let what = "cannot load toa.ko"
    let log = error.log.isEmpty ? "" : "\nlibkmod says: " + error.log.joined(separator: "\n")
    if let reason = error.reason {
      return ToaError(.loadFailed, what, why: reason + log, next: ["remove the blacklist line, then: toa load"])
    }
    switch error.errno {
    case ENOENT:
      return ToaError(
        .loadFailed, what,
        why: "there is no toa.ko for kernel \(system.identity.kernelRelease), or it needs a symbol this kernel lacks"
          + log,
        next: ["toa install", "dmesg | grep toa"])
    case ENOSYS:
      return ToaError.noModuleSupport
    case ENOKEY, EKEYREJECTED, EKEYEXPIRED, EKEYREVOKED, EBADMSG:
      return ToaError(
        .signatureRefused, what,
        why: "the kernel takes only modules signed with a key that it trusts: \(errorText(error.errno))" + log,
        next: ["toa doctor --only SIG"])
    case EPERM where system.identity.userID != 0:
      return ToaError(.loadFailed, what, why: "only root may load modules", next: ["sudo toa load"])
    case EPERM:
      return ToaError(
        .signatureRefused, what,
        why: "the kernel refuses: lockdown, kernel.modules_disabled=1, or no CAP_SYS_MODULE" + log,
        next: ["toa doctor --only SIG"])
    case EBUSY:
      return ToaError(
        .conflict, what, why: "another module already redirects the same kernel functions" + log,
        next: ["toa doctor --only MOD", "dmesg | grep TOA"])
    case EINVAL, ENOEXEC:
      return ToaError(
        .loadFailed, what, why: "the kernel refused the module or a parameter of it: \(errorText(error.errno))" + log,
        next: ["dmesg | grep -i toa", "toa doctor"])
    default:
      return ToaError(.loadFailed, what, why: errorText(error.errno) + log, next: ["dmesg | tail", "toa doctor"])
    }
  }
}

extension ToaError {
  /// The kernel was built without loadable modules.
  public static let noModuleSupport = ToaError(
    .notApplicable, "this kernel cannot load modules",
    why: "it was built without CONFIG_MODULES (microVMs, gVisor and some containers run such kernels)",
    next: [
      "use eBPF, which needs no module: toa install --backend ebpf",
      "on a container or microVM: run `toa install` on the host whose kernel accepts the connections",
    ])
}
