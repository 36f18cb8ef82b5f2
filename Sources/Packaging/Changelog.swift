// SPDX-License-Identifier: Apache-2.0

/// The changelog of a package, which has one entry: policy and rpm's checkers want one, and the history is toa's.
struct Changelog: Sendable {
  let name: String
  let version: String
  /// Seconds since 1970.
  let time: Int64

  private static let text = "Made by toa."

  /// In the form of debian/changelog.
  var deb: String {
    """
    \(name) (\(version)) unstable; urgency=medium

      * \(Self.text)

     -- \(DebianControl.maintainer)  \(date.weekday), \(date.paddedDay) \(date.month) \(date.year) 00:00:00 +0000

    """
  }

  /// In the form of a spec's %changelog.
  var rpm: String {
    "* \(date.weekday) \(date.month) \(date.paddedDay) \(date.year) \(DebianControl.maintainer) - \(version)\n- \(Self.text)"
  }

  private var date: CivilDate { CivilDate(time) }
}

/// A day of the Gregorian calendar in UTC, with English names.
struct CivilDate: Sendable, Equatable {
  let year: Int
  let month: String
  let day: Int
  let weekday: String

  var paddedDay: String { day < 10 ? "0\(day)" : "\(day)" }

  init(_ time: Int64) {
    let days = Int(time / 86_400)
    weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days % 7]
    var year = 1970
    var rest = days
    func length(_ year: Int) -> Int { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365 }
    while rest >= length(year) {
      rest -= length(year)
      year += 1
    }
    let months = [31, length(year) - 337, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    var month = 0
    while rest >= months[month] {
      rest -= months[month]
      month += 1
    }
    self.year = year
    self.month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month]
    day = rest + 1
  }
}
