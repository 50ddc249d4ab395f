import NetworkTypes

/// Numbers with a fraction as people write them.
package enum DecimalText {
  /// What a number counts, in nanoseconds.
  package enum Unit: Int64 {
    case seconds = 1_000_000_000
    case milliseconds = 1_000_000
  }

  /// Microseconds, as the milliseconds that they are written in.
  package static func milliseconds(_ microseconds: UInt32) -> String {
    text(.microseconds(Int64(microseconds)), unit: .milliseconds)
  }

  /// Whole seconds.
  package static func seconds(_ length: Nanoseconds?) -> Int64 { (length ?? .zero).rawValue / Unit.seconds.rawValue }

  /// A length of time in a unit, exact to the last digit that is not 0.
  package static func text(_ length: Nanoseconds, unit: Unit) -> String {
    let (whole, rest) = length.rawValue.quotientAndRemainder(dividingBy: unit.rawValue)
    guard rest != 0 else { return "\(whole)" }
    var digits = Array(String(rest.magnitude + UInt64(unit.rawValue)).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole)." + String(digits)
  }
}
