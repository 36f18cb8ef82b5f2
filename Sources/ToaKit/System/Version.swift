// SPDX-License-Identifier: Apache-2.0

/// Version of toa and of the module that it carries.
public let toaVersion = "0.1.0"
