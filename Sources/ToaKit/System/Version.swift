// SPDX-License-Identifier: Apache-2.0

/// Version of toa and of the module that it carries.
public let toaVersion = "0.1.0"

/// Time of that version's release in seconds since 1970: what packages are dated, so that the same input gives the same bytes.
let toaReleaseTime: Int64 = 1_795_219_200
