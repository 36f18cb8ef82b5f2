// SPDX-License-Identifier: Apache-2.0
import Glibc
import Kmod
import Testing

/// What can be tried without a kernel that takes modules; the VM tests load real ones.
struct LoadingTests {
  /// No module support, no right to load, or a file that no kernel takes.
  static let refusals: [Int32] = [ENOSYS, EPERM, ENOEXEC]

  @Test func `a blacklisted module is refused with a reason instead of an errno`() throws {
    let tree = try ModuleTree()
    let context = try KmodContext(directory: tree.modules, configuration: [tree.configuration("blacklist toa")])
    let module = try context.module(named: "toa")
    do throws(KmodError) {
      try module.load()
      Issue.record("loaded")
    } catch {
      #expect(error.errno == 0 && error.reason == "blacklisted in modprobe.d" && error.subject == "toa")
    }
  }

  @Test func `loading goes through the dependencies and reports the kernel's refusal`() throws {
    let tree = try ModuleTree()
    let context = try KmodContext(directory: tree.modules)
    let module = try context.module(named: "toa")
    #expect(module.dependencies == ["base"])
    do throws(KmodError) {
      try module.load(parameters: "trusted=10.0.0.0/8")
      Issue.record("loaded")
    } catch {
      #expect(error.operation == "load" && Self.refusals.contains(error.errno))
      #expect(error.log.contains { $0.contains("base.ko") })
    }
  }

  @Test func `options and install commands come from modprobe's configuration`() throws {
    let tree = try ModuleTree()
    let lines = try tree.configuration("options toa trusted=192.0.2.0/24\ninstall toa /bin/true")
    let context = try KmodContext(directory: tree.modules, configuration: [lines])
    let module = try context.module(named: "toa")
    #expect(module.options == "trusted=192.0.2.0/24")
    #expect(module.installCommand == "/bin/true")
    #expect(try context.module(named: "base").options == nil)
  }

  @Test func `a file that no kernel takes is refused on insertion`() throws {
    let tree = try ModuleTree()
    let path = "\(tree.updates)/toa.ko"
    let error = #expect(throws: KmodError.self) { try KmodLibrary().insert(path, parameters: "") }
    #expect(error.map { Self.refusals.contains($0.errno) } == true)
    #expect(error?.operation == "load" && error?.subject == path)
  }

  @Test func `removing a module that is not loaded fails with an errno`() {
    let error = #expect(throws: KmodError.self) { try KmodLibrary().remove("toa_never_loaded") }
    #expect(error.map { [ENOENT, ENOSYS, EPERM].contains($0.errno) } == true)
    #expect(error?.operation == "unload")
  }

  @Test func `loading a name that depmod does not know fails with ENOENT`() {
    let error = #expect(throws: KmodError.self) { try KmodLibrary().load("toa_never_built", parameters: "") }
    #expect(error?.errno == ENOENT)
  }
}
