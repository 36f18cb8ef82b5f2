// SPDX-License-Identifier: Apache-2.0

/// The first file system of a kernel, which a boot loader puts into memory beside it, as the distribution's own tools show it.
public struct Initramfs: Sendable, Equatable {
  /// The programs that make and show it.
  public enum Maker: String, Sendable, CaseIterable {
    /// Debian's and Ubuntu's.
    case initramfsTools
    /// Red Hat's and SUSE's.
    case dracut

    /// The program that lists an image.
    public var lister: String { self == .initramfsTools ? "lsinitramfs" : "lsinitrd" }

    /// Lists the files of an image with their sizes.
    public func list(_ image: String) -> Command {
      Command(lister, self == .initramfsTools ? ["-l", image] : [image], environment: ["LC_ALL": "C"])
    }

    /// Makes the image of a kernel anew.
    public func remake(_ release: String) -> Command {
      self == .initramfsTools
        ? Command("update-initramfs", ["-u", "-k", release]) : Command("dracut", ["-f", "--kver", release])
    }
  }

  /// A module in an image.
  public struct Module: Sendable, Equatable {
    /// Its path there, with a slash at its beginning.
    public let path: String
    /// Size in bytes.
    public let size: Int

    /// Creates the value.
    public init(path: String, size: Int) {
      self.path = path
      self.size = size
    }
  }

  /// The image of a kernel; nil where none of the usual files is there.
  public static func image(of release: String, in root: FileRoot) -> String? {
    ["/boot/initrd.img-\(release)", "/boot/initramfs-\(release).img", "/boot/initrd-\(release)"].first(
      where: root.isFile)
  }

  /// The files of a module in a listing, whose lines are like those of `ls -l`: "-rw-r--r-- 1 root root 50872 Nov 21 12:00
  /// usr/lib/modules/RELEASE/updates/toa.ko". Other lines are passed over.
  public static func modules(_ name: String, inListing text: String) -> [Module] {
    var found: [Module] = []
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) where line.first == UInt8(ascii: "-") {
      let words = Substring(line).words
      guard words.count >= 9, let size = Int(words[4]), let path = words.last,
        let file = path.split(separator: "/").last, ModuleIndex.moduleName(ofFile: file) == name
      else { continue }
      let module = Module(path: path.hasPrefix("/") ? String(path) : "/" + path, size: size)
      if !found.contains(module) { found.append(module) }
    }
    return found
  }
}
