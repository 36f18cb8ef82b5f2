// SPDX-License-Identifier: Apache-2.0
internal import Kmod

extension ModuleControl {
  /// The running kernel, through libkmod.
  static func live() -> ModuleControl {
    let library = KmodLibrary()
    return ModuleControl(
      state: { library.state(of: $0) },
      load: { name, parameters throws(KmodError) in try library.load(name, parameters: parameters) },
      insert: { path, parameters throws(KmodError) in try library.insert(path, parameters: parameters) },
      remove: { name throws(KmodError) in try library.remove(name) },
      file: { name, release in library.file(for: name, release: release) },
      information: { path throws(KmodError) in try library.information(at: path) },
      symbols: { path throws(KmodError) in try library.neededSymbols(at: path) })
  }
}
