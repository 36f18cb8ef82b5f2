internal import Packaging

enum CommonPackage { static let name = "toa-modules-common" }
enum ModulePackage { static func name(_ kernel: String) -> String { "toa-modules-\(kernel)" } }
