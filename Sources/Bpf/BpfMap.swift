// SPDX-License-Identifier: Apache-2.0
internal import CBpf
internal import Glibc

/// A map by its descriptor, which somebody else owns for as long as this is used.
struct BpfMap {
  let descriptor: Int32
  let name: String

  /// Sets the value of a key, both as the kernel sees them.
  func set<Key: BitwiseCopyable, Value: BitwiseCopyable>(_ key: Key, _ value: Value) throws(BpfError) {
    var key = key
    var value = value
    guard unsafe bpf_map_update_elem(descriptor, &key, &value, UInt64(BPF_ANY)) == 0 else {
      throw BpfError(operation: "write", subject: "map \(name)", errno: errno)
    }
  }

  /// The value of a key; nil when it has none.
  func value<Key: BitwiseCopyable, Value: BitwiseCopyable>(
    of key: Key, startingWith initial: Value
  ) throws(BpfError) -> Value? {
    var key = key
    var value = initial
    if unsafe bpf_map_lookup_elem(descriptor, &key, &value) == 0 { return value }
    guard errno == ENOENT else { throw BpfError(operation: "read", subject: "map \(name)", errno: errno) }
    return nil
  }

  /// The values of a key on each possible CPU.
  func perCPU(of key: UInt32) throws(BpfError) -> [UInt64] {
    let count = libbpf_num_possible_cpus()
    guard count > 0 else { throw BpfError(operation: "count", subject: "the CPUs", errno: -count) }
    var key = key
    var values = [UInt64](repeating: 0, count: Int(count))
    guard unsafe bpf_map_lookup_elem(descriptor, &key, &values) == 0 else {
      throw BpfError(operation: "read", subject: "map \(name)", errno: errno)
    }
    return values
  }

  /// All keys. The map must not shrink meanwhile; ours are written once.
  func keys<Key: BitwiseCopyable>(startingWith initial: Key) throws(BpfError) -> [Key] {
    var keys: [Key] = []
    var next = initial
    var result = unsafe bpf_map_get_next_key(descriptor, nil, &next)
    while result == 0 {
      keys.append(next)
      var key = next
      result = unsafe bpf_map_get_next_key(descriptor, &key, &next)
    }
    guard errno == ENOENT else { throw BpfError(operation: "read", subject: "map \(name)", errno: errno) }
    return keys
  }

  /// Its shape.
  func information() throws(BpfError) -> cbpf_map {
    var info = cbpf_map()
    let result = unsafe cbpf_map_info(descriptor, &info)
    guard result == 0 else { throw BpfError(operation: "read", subject: "map \(name)", errno: -result) }
    return info
  }
}
