// SPDX-License-Identifier: Apache-2.0
internal import CBpf
internal import Glibc

/// An object file of programs and maps, opened by libbpf and freed at the end of its scope. What is not pinned or attached by
/// then goes with it.
@safe struct BpfObject: ~Copyable {
  private let raw: OpaquePointer
  private let name: String

  /// Opens an object from memory; nothing is loaded yet.
  init(_ bytes: [UInt8], name: String) throws(BpfError) {
    cbpf_log_begin()
    let opened = unsafe bytes.withUnsafeBytes { unsafe cbpf_open($0.baseAddress, $0.count, name) }
    guard let opened = unsafe opened else {
      throw BpfError(operation: "open", subject: name, errno: Glibc.errno, log: Self.log())
    }
    unsafe raw = opened
    self.name = name
  }

  deinit { unsafe bpf_object__close(raw) }

  /// Has the kernel verify the programs and make the maps.
  borrowing func load() throws(BpfError) {
    let result = unsafe bpf_object__load(raw)
    guard result == 0 else {
      throw BpfError(operation: "load", subject: name, errno: -result, log: Self.log())
    }
  }

  /// Whether `load` takes a program.
  borrowing func setLoads(_ program: String, _ loads: Bool) throws(BpfError) {
    _ = unsafe bpf_program__set_autoload(try self.program(program), loads)
  }

  /// Gives a constant of the programs its value, before `load`.
  borrowing func setConstant(section: String, _ value: UInt32) throws(BpfError) {
    var value = value
    let result = unsafe bpf_map__set_initial_value(try map(section), &value, MemoryLayout<UInt32>.size)
    guard result == 0 else { throw BpfError(operation: "set", subject: section, errno: -result) }
  }

  /// Makes the programs use a map that exists already, before `load`. One of another shape, which an earlier version made, is
  /// left alone, and a new one begins empty.
  borrowing func reuse(_ name: String, _ existing: BpfMap) throws(BpfError) {
    let own = unsafe try map(name)
    let shape = try existing.information()
    guard unsafe bpf_map__key_size(own) == shape.key_size, unsafe bpf_map__value_size(own) == shape.value_size,
      unsafe bpf_map__max_entries(own) == shape.max_entries
    else { return }
    let result = unsafe bpf_map__reuse_fd(own, existing.descriptor)
    guard result == 0 else { throw BpfError(operation: "reuse", subject: "map \(name)", errno: -result) }
  }

  /// The map called so, after `load`.
  borrowing func loadedMap(_ name: String) throws(BpfError) -> BpfMap {
    BpfMap(descriptor: unsafe bpf_map__fd(try map(name)), name: name)
  }

  /// Pins a map in the BPF file system.
  borrowing func pin(map name: String, at path: String) throws(BpfError) {
    let descriptor = try loadedMap(name).descriptor
    guard unsafe bpf_obj_pin(descriptor, path) == 0 else {
      throw BpfError(operation: "pin", subject: path, errno: Glibc.errno)
    }
  }

  /// Attaches a program to a cgroup and pins the link, so that it stays when this process ends.
  borrowing func attach(_ hook: BpfHook, to cgroup: borrowing FileDescriptor, at path: String) throws(BpfError) {
    let link = try link(hook.programName, to: hook, of: cgroup)
    guard unsafe bpf_obj_pin(link.number, path) == 0 else {
      throw BpfError(operation: "pin", subject: path, errno: Glibc.errno)
    }
  }

  /// Attaches a program to a hook of a cgroup for as long as the link is open.
  borrowing func link(
    _ name: String, to hook: BpfHook, of cgroup: borrowing FileDescriptor
  ) throws(BpfError) -> FileDescriptor {
    let descriptor = unsafe bpf_program__fd(try program(name))
    let kind = bpf_attach_type(rawValue: hook.attachType)
    let link = bpf_link_create(descriptor, cgroup.number, kind, nil)
    guard link >= 0 else {
      throw BpfError(operation: "attach", subject: hook.rawValue, errno: Glibc.errno, log: Self.log())
    }
    return FileDescriptor(link)
  }

  /// A descriptor that gives the values of a map one after the other, by an iterator program.
  borrowing func iterate(_ program: String, over map: BpfMap) throws(BpfError) -> FileDescriptor {
    let result = unsafe cbpf_iterate(try self.program(program), map.descriptor)
    guard result >= 0 else {
      throw BpfError(operation: "attach", subject: program, errno: -result, log: Self.log())
    }
    return FileDescriptor(result)
  }

  /// What libbpf said last, without the sea of register states before it.
  static func log() -> [String] {
    let text = unsafe String(cString: cbpf_log_text())
    return text.split(separator: "\n").suffix(12).map(String.init)
  }

  private borrowing func program(_ name: String) throws(BpfError) -> OpaquePointer {
    guard let program = unsafe bpf_object__find_program_by_name(raw, name) else {
      throw BpfError(operation: "find", subject: "program \(name)", errno: ENOENT)
    }
    return unsafe program
  }

  private borrowing func map(_ name: String) throws(BpfError) -> OpaquePointer {
    guard let map = unsafe bpf_object__find_map_by_name(raw, name) else {
      throw BpfError(operation: "find", subject: "map \(name)", errno: ENOENT)
    }
    return unsafe map
  }
}
