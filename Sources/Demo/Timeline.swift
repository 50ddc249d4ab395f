import Glibc
import LabKit
import NetworkTypes

/// The demo's page: events with their times, and between them a strip that shows who answers the client, live.
final class Timeline {
  /// One letter of the strip stands for this much time.
  static let cell = Nanoseconds.milliseconds(50)
  private static let cellsInLine = 60

  private let start = MonotonicInstant.labNow()
  private let lab: Lab
  private let colours: Bool
  private var mark: Int
  private var column = 0

  init(of lab: Lab) {
    self.lab = lab
    mark = lab.capture.count
    colours = isatty(1) != 0
  }

  /// An event, with the time since the demo began.
  func event(_ text: String, at instant: MonotonicInstant = .labNow(), emphasis: Bool = false) {
    endStrip()
    let seconds = fixed(max(0, (instant - start).inSeconds), decimals: 1)
    let time = String(repeating: " ", count: max(0, 6 - seconds.count)) + seconds + " s  "
    write(dim(time) + (emphasis ? bold(text) : text) + "\n")
  }

  /// Lines outside the timeline.
  func say(_ text: String) {
    endStrip()
    write(text + "\n")
  }

  /// Adds the letter of the host that answered since the last call, or a dot.
  func beat() {
    let fresh = lab.capture.frames(from: mark)
    mark += fresh.count
    if column == Self.cellsInLine { endStrip() }
    if column == 0 { write(String(repeating: " ", count: 10)) }
    column += 1
    guard let reply = fresh.last(where: \.isEchoReply), let host = lab.sender(of: reply) else {
      write(paint("·", 31))
      return
    }
    write(paint(host.name, host.number == 1 ? 36 : 33))
  }

  private func endStrip() {
    guard column > 0 else { return }
    column = 0
    write("\n")
  }

  func bold(_ text: String) -> String { paint(text, 1) }
  func dim(_ text: String) -> String { paint(text, 2) }
  func paint(_ text: String, _ code: Int) -> String { colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(1, bytes, bytes.count)
  }
}

extension CapturedFrame {
  /// Whether it carries the answer to an ICMP echo request.
  fileprivate var isEchoReply: Bool {
    etherType == 0x0800 && bytes.count >= 35 && bytes[23] == 1 && bytes[14 + Int(bytes[14] & 0x0F) * 4] == 0
  }
}
