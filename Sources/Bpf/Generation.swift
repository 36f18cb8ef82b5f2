// SPDX-License-Identifier: Apache-2.0
internal import CBpf
internal import Glibc
internal import Wire

/// One set of attached programs with its maps, pinned in a folder of its own. Which set works is said by the map `control`.
struct Generation {
  static let maps = ["clients", "counters", "trusted", "options", "settings", "about"]

  let number: UInt32
  let folder: PinFolder

  init(_ number: UInt32, in root: PinFolder) {
    self.number = number
    folder = PinFolder(path: root.path("\(number)"))
  }

  /// What it is; nil when its folder is not whole.
  func read() throws(BpfError) -> BpfLive? {
    guard let about = folder.open("about"), let trusted = folder.open("trusted"), let options = folder.open("options"),
      let about = try BpfMap(descriptor: about.number, name: "about").value(
        of: UInt32(0), startingWith: toa_about())
    else { return nil }
    let prefixes = try BpfMap(descriptor: trusted.number, name: "trusted").keys(startingWith: toa_prefix())
    let formats = try Self.formats(BpfMap(descriptor: options.number, name: "options"))
    let settings = BpfSettings(
      trusted: toa_prefix.list(prefixes), profile: try words().profile(formats) ?? .standard,
      cgroup: toa_about.text(about.cgroup), getsockopt: about.getsockopt != 0)
    return BpfLive(
      generation: number, version: toa_about.text(about.version), object: toa_about.text(about.object),
      settings: settings, attached: BpfHook.allCases.filter(isAttached))
  }

  /// Its settings; without words where an earlier version made it.
  private func words() throws(BpfError) -> toa_settings {
    guard let map = folder.open("settings") else { return toa_settings() }
    return try BpfMap(descriptor: map.number, name: "settings").value(of: UInt32(0), startingWith: toa_settings())
      ?? toa_settings()
  }

  /// Ends it: the links first, so that the hooks are free.
  func remove() throws(BpfError) { try folder.remove(first: BpfHook.allCases.map(\.rawValue)) }

  /// Writes settings into the maps of an object that was just loaded.
  static func write(_ settings: BpfSettings, _ about: toa_about, to object: borrowing BpfObject) throws(BpfError) {
    let trusted = try object.loadedMap("trusted")
    for key in toa_prefix.keys(settings.trusted) { try trusted.set(key, UInt32(1)) }
    let options = try object.loadedMap("options")
    // What names no client is looked past like any option that is not there.
    for format in settings.options.clientFormats {
      guard let layout = format.layout else { continue }
      try options.set(toa_option_key(format), toa_option_format(layout))
      try options.set(toa_option_key(kind: format.kind, length: 0), toa_option_format())
    }
    try object.loadedMap("settings").set(UInt32(0), toa_settings(settings.profile))
    try object.loadedMap("about").set(UInt32(0), about)
  }

  /// Whether the hook's link is pinned and its cgroup still there.
  private func isAttached(_ hook: BpfHook) -> Bool {
    guard let link = folder.open(hook.rawValue) else { return false }
    var info = cbpf_link()
    return unsafe cbpf_link_info(link.number, &info) == 0 && info.cgroup_id != 0
  }

  private static func formats(_ map: BpfMap) throws(BpfError) -> [OptionFormat] {
    var formats: [OptionFormat] = []
    for key in try map.keys(startingWith: toa_option_key()) {
      guard let value = try map.value(of: key, startingWith: toa_option_format()) else { continue }
      if let format = OptionFormat(key, value) { formats.append(format) }
    }
    // IPv4 first, then by number: a hash map keeps no order.
    return formats.sorted {
      ($0.family == .v4 ? 0 : 1, 255 - $0.kind, $0.length) < ($1.family == .v4 ? 0 : 1, 255 - $1.kind, $1.length)
    }
  }
}
