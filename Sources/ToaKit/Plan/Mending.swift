// SPDX-License-Identifier: Apache-2.0
internal import Host

/// A setting of the running kernel, in /proc/sys or elsewhere; a reboot forgets it.
public struct KernelSetting: Sendable, Equatable, Codable {
  /// The kernel's file.
  public var path: String
  /// What to write into it.
  public var value: String
  /// What was in it.
  public var old: String

  /// Creates the value.
  public init(path: String, value: String, old: String) {
    self.path = path
    self.value = value
    self.old = old
  }

  /// As a person would type it: sysctl(8) knows what is below /proc/sys.
  func typed(_ value: String) -> String {
    guard path.hasPrefix("/proc/sys/") else { return "echo \(value) > \(path)" }
    return "sysctl \(path.dropFirst("/proc/sys/".count).replacing("/", with: "."))=\(value)"
  }

  func set(_ value: String, _ files: FileRoot) throws(ToaError) {
    do throws(FileError) {
      try files.overwrite(path, Array("\(value)\n".utf8))
    } catch {
      throw ToaError(.unexpected, "cannot set \(path) to \(value)", why: errorText(error.errno), next: [typed(value)])
    }
  }
}

/// A small file that nobody has, and that a person would write with one echo.
public struct AddedFile: Sendable, Equatable, Codable {
  /// Where it is to lie.
  public var path: String
  /// Its one line.
  public var line: String

  /// Creates the value.
  public init(path: String, line: String) {
    self.path = path
    self.line = line
  }

  var typed: String { "echo \(shellQuoted(line)) > \(shellQuoted(path))" }

  /// Writes it, unless something is there: what somebody wrote stays.
  func add(_ files: FileRoot) throws(ToaError) {
    guard !files.exists(path) else { return }
    do throws(FileError) {
      try files.makeDirectory(above: path)
      try files.write(path, Array("\(line)\n".utf8))
    } catch {
      throw ToaError(.unexpected, "cannot write \(path)", why: errorText(error.errno), next: [typed])
    }
  }

  /// Takes it away while it is as it was written.
  func remove(_ files: FileRoot) throws(ToaError) {
    guard (try? files.text(path)) == "\(line)\n" else { return }
    do throws(FileError) {
      try files.remove(path)
    } catch {
      throw ToaError(.unexpected, "cannot remove \(path)", why: errorText(error.errno), next: ["rm \(path)"])
    }
  }
}

/// The rights of a file.
public struct FileRights: Sendable, Equatable, Codable {
  /// The file.
  public var path: String
  /// What they are to be: 0o755.
  public var mode: UInt32
  /// What they were.
  public var old: UInt32

  /// Creates the value.
  public init(path: String, mode: UInt32, old: UInt32) {
    self.path = path
    self.mode = mode
    self.old = old
  }

  func typed(_ mode: UInt32) -> String { "chmod \(String(mode, radix: 8)) \(shellQuoted(path))" }

  func set(_ mode: UInt32, _ files: FileRoot) throws(ToaError) {
    do throws(FileError) {
      try files.setMode(path, mode)
    } catch {
      throw ToaError(
        .unexpected, "cannot change the rights of \(path)", why: errorText(error.errno), next: [typed(mode)])
    }
  }
}
