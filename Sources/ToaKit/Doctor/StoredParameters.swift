// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A parameter that the module gets when it is loaded at the next boot.
struct StoredParameter {
  /// Where it stands: "/etc/modprobe.d/toa.conf:2" or "the kernel's command line".
  let place: String
  /// Its value.
  let value: String
  /// The line of modprobe.d; nil on the kernel's command line.
  let line: ModprobeConfiguration.Line?
}

extension DoctorContext {
  /// Every value that is stored for a parameter of the module, as libkmod reads them: the last one counts.
  func storedParameters(_ name: String) -> [StoredParameter] {
    let lines = ModprobeConfiguration.read(from: system.files).lines(for: ModuleBackend.moduleName)
    let options = lines.filter { $0.command == "options" }.compactMap { line in
      KernelCommandLine(parsing: line.rest)[name].map {
        StoredParameter(place: "\(line.path):\(line.number)", value: $0, line: line)
      }
    }
    let booted = KernelCommandLine.read(from: system.files)["\(ModuleBackend.moduleName).\(name)"].map {
      StoredParameter(place: "the kernel's command line", value: $0, line: nil)
    }
    return options + (booted.map { [$0] } ?? [])
  }
}
