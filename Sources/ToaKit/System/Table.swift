// SPDX-License-Identifier: Apache-2.0

/// Rows of cells printed in aligned columns, two spaces apart.
public struct Table: Sendable {
  /// One cell: its text and, on a terminal, its colour.
  public struct Cell: Sendable, ExpressibleByStringInterpolation {
    /// What it says.
    public var text: String
    /// Its colour, if any.
    public var style: Console.Style?

    /// Creates a cell.
    public init(_ text: String, _ style: Console.Style? = nil) {
      self.text = text
      self.style = style
    }

    /// A plain cell.
    public init(stringLiteral value: String) { self.init(value) }
  }

  private var rows: [[Cell]] = []
  private let rightAligned: Set<Int>

  /// Creates a table, with a heading when one is given.
  public init(_ heading: [String] = [], rightAligned: Set<Int> = []) {
    self.rightAligned = rightAligned
    if !heading.isEmpty { rows.append(heading.map { Cell($0, .strong) }) }
  }

  /// Adds a row.
  public mutating func add(_ cells: [Cell]) { rows.append(cells) }

  /// Columns that the widest line takes.
  var width: Int {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0 }
    return widths.reduce(0) { $0 + $1 + 2 } - 2
  }

  /// The lines, without trailing spaces.
  public func lines(_ console: Console) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.text.count)
        let text = cell.style.map { console.styled(cell.text, $0) } ?? cell.text
        if rightAligned.contains(column) { return padding + text }
        return column == row.count - 1 ? text : text + padding
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
