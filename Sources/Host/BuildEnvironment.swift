// SPDX-License-Identifier: Apache-2.0

/// Environment variables that change how a kernel module is built.
public enum BuildEnvironment {
  /// Variables that make(1) or Kbuild would take over from a person's shell; a build unsets them.
  public static let poison = [
    "ARCH", "AS", "CC", "CFLAGS", "CPPFLAGS", "CROSS_COMPILE", "C_INCLUDE_PATH", "CPATH", "GCC_EXEC_PREFIX", "HOSTCC",
    "HOSTCFLAGS", "HOSTLDFLAGS", "KAFLAGS", "KBUILD_EXTMOD", "KBUILD_OUTPUT", "KCFLAGS", "KCPPFLAGS", "LD", "LDFLAGS",
    "LLVM", "LLVM_IAS", "M", "MAKEFLAGS", "MFLAGS", "O", "V", "W",
  ]
}
