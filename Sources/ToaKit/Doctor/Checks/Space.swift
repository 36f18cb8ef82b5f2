// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let space = Check(
    "ENV09", .environment, "free space",
    explanation: """
      Building and packaging take up to 64 MiB below /var/lib; a module lies below /lib/modules, the package for eBPF in /usr/lib. A full
      disk in the middle of an installation is undone by toa, but it is better known before. A read-only file system counts as full.

      See where the space went, and free some (old kernels are often the largest part):
          df -h /var/lib /lib/modules
      On Debian and Ubuntu `apt-get autoremove --purge` removes old kernels, on RHEL and its kin
      `dnf remove $(dnf repoquery --installonly --latest-limit=-2 -q)`, on SUSE `zypper purge-kernels`.
      """
  ) { context in
    let places =
      ["/var/lib"] + (context.usesBpf || context.hasNoModuleSupport ? ["/usr/lib"] : ["/lib/modules/\(context.kernel)"])
    return spaceOutcome(
      free: places.compactMap { place in context.system.freeBytes(place).map { (place, $0) } },
      readOnly: context.system.identity.userID == 0
        ? places.filter { context.system.files.isDirectory($0) && !context.system.canWrite($0) }
          .map { context.system.files.resolve($0) ?? $0 } : [],
      mounts: MountTable.read(from: context.system.files),
      severity: context.hasModule || context.bpf.live != nil ? .warning : .error)
  }
}

/// Judges free bytes of places.
func spaceOutcome(
  free: [(place: String, bytes: UInt64)], readOnly: [String], mounts: MountTable, severity: Finding.Status
) -> Outcome {
  if let place = readOnly.first {
    let mount = mounts.mount(holding: place)
    return Outcome(
      severity, "\(place) cannot be written", expected: "a file system mounted for writing",
      evidence: ["access(2) of \(place)"] + (mount.map { ["\($0.point) is mounted from \($0.type)"] } ?? []),
      fix: ["mount -o remount,rw \(shellQuoted(mount?.point ?? "/"))"])
  }
  guard let least = free.min(by: { $0.bytes < $1.bytes }) else {
    return Outcome(.skipped, "neither /var/lib nor the folder of what is installed can be asked")
  }
  let evidence = free.map { "\($0.place): \($0.bytes >> 20) MiB free" }
  guard least.bytes < Preflight.neededBytes else { return Outcome(.ok, "\(least.bytes >> 20) MiB", evidence: evidence) }
  return Outcome(
    severity, "only \(least.bytes >> 20) MiB left on the file system of \(least.place)",
    expected: "\(Preflight.neededBytes >> 20) MiB", evidence: evidence,
    fix: ["df -h \(least.place), and free some space"])
}
