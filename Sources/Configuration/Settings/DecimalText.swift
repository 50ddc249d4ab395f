import NetworkTypes

/// Decimal notation of numbers with a fraction.
package enum DecimalText {
  /// Unit of a number, in nanoseconds.
  package enum Unit: Int64 {
    case seconds = 1_000_000_000
    case milliseconds = 1_000_000
  }

  /// A number of microseconds, written in milliseconds.
  package static func milliseconds(_ microseconds: UInt32) -> String {
    text(.microseconds(Int64(microseconds)), unit: .milliseconds)
  }

  /// Whole seconds of a length of time; 0 for `nil`.
  package static func seconds(_ length: Nanoseconds?) -> Int64 { (length ?? .zero).rawValue / Unit.seconds.rawValue }

  /// A length of time in a unit, exact and without zeros at the end.
  package static func text(_ length: Nanoseconds, unit: Unit) -> String {
    let (whole, rest) = length.rawValue.quotientAndRemainder(dividingBy: unit.rawValue)
    guard rest != 0 else { return "\(whole)" }
    var digits = Array(String(rest.magnitude + UInt64(unit.rawValue)).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole)." + String(digits)
  }
}
