// SPDX-License-Identifier: Apache-2.0
internal import Host

/// Makes room for a package's module where a hook's lies, so that a failed installation can put that back.
struct SetAside: Sendable {
  let system: System
  let kernel: String

  init(_ system: System, _ kernel: String) {
    self.system = system
    self.kernel = kernel
  }

  private var folder: String { "\(Journal.folder)/replaced/\(kernel)" }
  private var keptRecord: String { folder + "/record" }
  private var keptModule: String { folder + "/module" }

  /// What a person would type.
  static func typed(_ kernel: String) -> [String] { ["toa kernel-removed \(shellQuoted(kernel))"] }

  /// Copies module and record, and then takes them away. The record's copy comes last: without it nothing has been taken yet.
  func apply() throws(ToaError) {
    guard let module = KernelRecord.read(kernel, in: system.files)?.module else { return }
    try checked { files throws(FileError) in
      try files.remove(folder)
      guard files.isFile(module.file) else { return try KernelRecord.remove(kernel, from: files) }
      try files.makeDirectory(folder, mode: 0o700)
      try files.write(keptModule, try files.bytes(module.file, limit: 256 << 20))
      try files.write(keptRecord, try files.bytes(KernelRecord.path(kernel)))
      try files.remove(module.file)
      try KernelRecord.remove(kernel, from: files)
    }
  }

  /// Puts both back where the installation failed, and drops the copies.
  func undo(_ purpose: UndoPurpose) async throws(ToaError) {
    let kept = (try? system.files.text(keptRecord)).flatMap { jsonValue(KernelRecord.self, from: $0) }
    if purpose == .rollback, let record = kept, let module = record.module {
      try checked { files throws(FileError) in
        try files.makeDirectory(above: module.file)
        try files.write(module.file, try files.bytes(keptModule, limit: 256 << 20))
        try record.write(to: files)
      }
      try await Depmod.run(kernel, system)
    }
    try checked { files throws(FileError) in try files.remove(folder) }
  }

  private func checked(_ body: (FileRoot) throws(FileError) -> Void) throws(ToaError) {
    do throws(FileError) {
      try body(system.files)
    } catch {
      throw ToaError(
        .unexpected, "cannot replace toa.ko of kernel \(kernel)", why: "\(error.path): \(errorText(error.errno))",
        next: ["make room there, then run the same command again"])
    }
  }
}
