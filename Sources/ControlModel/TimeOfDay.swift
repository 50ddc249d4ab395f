import Glibc

/// Time of day, for log lines only: no decision depends on it.
public enum TimeOfDay {
  /// Local time by RFC 3339, to the millisecond: `2026-11-30T14:05:09.042+01:00`.
  public static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return text(seconds: Int(time.tv_sec), milliseconds: Int(time.tv_nsec) / 1_000_000)
  }

  /// Same text for a time since 1970.
  static func text(seconds: Int, milliseconds: Int) -> String {
    var seconds = time_t(seconds)
    var local = tm()
    guard localtime_r(&seconds, &local) != nil else { return "-" }
    let offset = local.tm_gmtoff / 60
    let date = "\(padded(Int(local.tm_year) + 1900, 4))-\(padded(Int(local.tm_mon) + 1))-\(padded(Int(local.tm_mday)))"
    let clock = "\(padded(Int(local.tm_hour))):\(padded(Int(local.tm_min))):\(padded(Int(local.tm_sec)))"
    let zone = "\(offset < 0 ? "-" : "+")\(padded(abs(offset) / 60)):\(padded(abs(offset) % 60))"
    return "\(date)T\(clock).\(padded(milliseconds, 3))\(zone)"
  }

  private static func padded(_ number: Int, _ digits: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
