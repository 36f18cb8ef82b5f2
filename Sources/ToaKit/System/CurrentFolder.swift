// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The folder this process is in, as an absolute path without a slash at its end.
func currentFolder() -> String {
  guard let text = getcwd(nil, 0) else { return "" }
  defer { free(text) }
  let path = String(cString: text)
  return path == "/" ? "" : path
}

/// A path that a person typed, seen from the folder this process is in.
func absolutePath(_ path: String) -> String { path.hasPrefix("/") ? path : currentFolder() + "/" + path }
