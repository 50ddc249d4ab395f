import Configuration
import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes
import VRRPCore

@testable import Prober

/// Tracked files with what they have said.
final class TrackedFileRig {
  let scratch: Scratch
  let loop: EventLoop
  let files: TrackedFiles
  /// Every other number that was told, and the words of the last one.
  private(set) var levels: [Int32?] = []
  private(set) var reason = ""
  private let logReader: OwnedDescriptor

  init() throws {
    scratch = try Scratch()
    loop = try EventLoop()
    let pipe = try FileDescriptor.pipe()
    logReader = OwnedDescriptor(try pipe.reader.duplicate())
    try logReader.descriptor.setNonblocking()
    files = TrackedFiles(
      loop: loop, log: LogWriter(try pipe.writer.duplicate().take(), format: .text, loop: loop, reader: .journal))
    files.onFinding = { [unowned self] _, finding in
      let level = Self.level(of: finding)
      if levels.last != level { levels.append(level) }
      reason = finding.reason
    }
  }

  func adopt(
    _ change: (inout TrackedFileDefinition) -> Void = { _ in }, isReload: Bool = false,
    refusesLinks: Bool = false, previous: Int32? = nil
  ) {
    var definition = TrackedFileDefinition(name: "f", path: scratch.path("value"))
    change(&definition)
    files.adopt([definition], isReload: isReload, refusesLinks: refusesLinks) { _ in
      previous.map { TrackerFinding(.level($0), "") }
    }
  }

  /// What the files hold now; `nil` where nobody can tell.
  var present: [Int32?] { files.findings.map { Self.level(of: $1) } }

  private static func level(of finding: TrackerFinding) -> Int32? {
    if case .level(let level) = finding.status { level } else { nil }
  }

  var path: String { scratch.path("value") }

  /// The lines of the log that are warnings.
  func warnings() -> [String] { lines().filter { $0.hasPrefix("<4>") } }

  /// What has been logged since the last time.
  func lines() -> [String] {
    var text = ""
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case .bytes(let count)? = buffer.withUnsafeMutableBytes({ try? logReader.descriptor.read(into: $0) }) {
      text += String(decoding: buffer.prefix(count), as: UTF8.self)
    }
    return text.split(separator: "\n").map(String.init)
  }

  /// Goes on for some looks, which may find what they must not.
  func turn(for time: Nanoseconds) throws {
    let end = MonotonicClock.now() + time
    while MonotonicClock.now() < end { try loop.turn(until: end) }
  }

  func wait(for wanted: [Int32?], within bound: Nanoseconds = .seconds(20)) throws -> Bool {
    try wait(within: bound) { levels == wanted }
  }

  func wait(within bound: Nanoseconds = .seconds(20), _ condition: () -> Bool) throws -> Bool {
    let end = MonotonicClock.now() + bound
    while !condition(), MonotonicClock.now() < end {
      try loop.turn(until: MonotonicClock.now() + .milliseconds(20))
    }
    return condition()
  }
}
