// SPDX-License-Identifier: Apache-2.0
import Packaging
import Testing

struct DebianControlTests {
  static let control = DebianControl(
    package: "toa-x", version: "0.1.0-1", architecture: "amd64", synopsis: "a thing", paragraphs: ["What it does."])

  @Test func `relations, custom fields and paragraphs are written in policy's order`() throws {
    var control = Self.control
    control.depends = [PackageRelation("kmod", .atLeast, "26"), "linux-image-6.12.117+deb12-cloud-amd64"]
    control.recommends = [PackageRelation("linux-headers-generic", or: ["linux-headers"])]
    control.conflicts = ["toa-y"]
    control.provides = ["toa-modules"]
    control.custom = [PackageField(name: "Toa-Kernel", value: "6.12")]
    control.paragraphs.append(String(repeating: "word ", count: 20) + "end.")
    #expect(
      try control.text(installedSize: 12) == """
        Package: toa-x
        Version: 0.1.0-1
        Architecture: amd64
        Maintainer: toa <toa@example.org>
        Installed-Size: 12
        Depends: kmod (>= 26), linux-image-6.12.117+deb12-cloud-amd64
        Recommends: linux-headers-generic | linux-headers
        Conflicts: toa-y
        Provides: toa-modules
        Section: kernel
        Priority: optional
        Toa-Kernel: 6.12
        Description: a thing
         What it does.
         .
         word word word word word word word word word word word word word word word
         word word word word word end.

        """)
  }

  @Test(arguments: ["Toa_X", "x", "-toa", "toa x", "toa\nDepends: evil", "töa"])
  func `a bad package name is refused`(name: String) {
    var control = Self.control
    control.package = name
    #expect(throws: PackagingError.invalid(place: "package name", value: name)) { try control.text(installedSize: 0) }
  }

  @Test(arguments: ["", "v1", "1 0", "1:0", "1_0", "1\n"])
  func `a bad version is refused`(version: String) {
    var control = Self.control
    control.version = version
    #expect(throws: PackagingError.invalid(place: "package version", value: version)) {
      try control.text(installedSize: 0)
    }
  }

  @Test(arguments: [
    PackageRelation("a, b"), PackageRelation("kmod (26)"), PackageRelation("kmod", .equal, "26) | x"),
    PackageRelation("kmod", .atLeast, "v26"), PackageRelation("kmod", or: ["x, y"]),
  ])
  func `a relation that would read as something else is refused`(relation: PackageRelation) {
    var control = Self.control
    control.depends = [relation]
    #expect(throws: PackagingError.self) { try control.text(installedSize: 0) }
  }

  @Test(arguments: ["", "two\nlines", " led", "trailed ", "tab\u{9}bed"])
  func `a value that is no plain line is refused`(value: String) {
    var control = Self.control
    control.custom = [PackageField(name: "Toa-Compiler", value: value)]
    #expect(throws: PackagingError.invalid(place: "value of Toa-Compiler", value: value)) {
      try control.text(installedSize: 0)
    }
  }
}
