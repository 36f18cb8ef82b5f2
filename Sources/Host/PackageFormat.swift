// SPDX-License-Identifier: Apache-2.0

/// What a distribution's packages are.
public enum PackageFormat: String, Sendable, Equatable, Codable, CaseIterable {
  /// dpkg's, of Debian and Ubuntu.
  case deb
  /// rpm's, of RHEL, SUSE, TencentOS, openEuler and their kin.
  case rpm
}
