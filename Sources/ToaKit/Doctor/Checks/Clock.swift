// SPDX-License-Identifier: Apache-2.0
internal import Host

extension Check {
  static let clock = Check(
    "ENV10", .environment, "clock",
    explanation: """
      A clock that is behind makes files look as if they came from the future. make then builds what needs no building or, worse,
      leaves out what does ("Clock skew detected. Your build may be incomplete"), package managers refuse repositories whose lists
      are not valid yet, and a certificate for signing modules is refused by programs that look at its dates. Virtual machines that
      were suspended or restored from a snapshot, and hosts without a battery, have this.

      Set the clock, and keep it right:
          timedatectl set-ntp true
          chronyc makestep
      """
  ) { context in
    let folder = context.facts.target.modulesFolder
    let places = [
      "\(context.facts.target.buildLink)/include/generated/utsrelease.h", "\(folder)/modules.dep",
      "/var/lib/dpkg/status",
      "/etc/os-release",
    ]
    let times = places.compactMap { path in context.system.files.modified(path).map { (path: path, time: Int64($0)) } }
    guard let newest = times.max(by: { $0.time < $1.time }) else {
      return Outcome(.skipped, "there is no file to compare it with")
    }
    let behind = newest.time - context.system.now()
    // Coarse time stamps, and a file that is written while this is asked.
    guard behind > 120 else { return Outcome(.ok, "not behind the host's files", evidence: [newest.path]) }
    let minutes = behind / 60
    return Outcome(
      .warning, "behind by \(minutes < 120 ? "\(minutes) minutes" : "\(minutes / 60) hours") or more",
      expected: "a time later than that of every file",
      evidence: ["\(newest.path) was written \(behind) s after now"],
      fix: ["timedatectl set-ntp true", "chronyc makestep"])
  }
}
