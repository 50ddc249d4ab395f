import Glibc
import Synchronization

/// Ctrl-C and the other requests to end, as a flag that the demo looks at between two letters of the strip.
enum Interruption: Error {
  case requested

  private static let flag = Atomic<Bool>(false)

  /// Begins to take them as requests.
  static func watch() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { _ in Interruption.flag.store(true, ordering: .relaxed) }
    }
  }

  /// Throws once an end was requested.
  static func check() throws(Interruption) {
    if flag.load(ordering: .relaxed) { throw .requested }
  }
}
