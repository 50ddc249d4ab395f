import Configuration
import ConfigurationModel
import ControlModel
import LinuxSystem
import NetworkTypes
import Testing

@testable import Prober
@testable import Starter

/// The starter in the test's own process and on its loop, with a supervisor that the test plays.
final class LocalStarter {
  private let loop: EventLoop
  private let makeSandbox: (Bool) throws(SystemError) -> Sandbox
  private var supervisor: Channel
  private var starter: Starter
  private var tables: [(number: UInt64, memory: FileDescriptorBox)] = []

  /// A descriptor that an array can hold.
  final class FileDescriptorBox {
    let descriptor: FileDescriptor
    init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
  }

  init(
    loop: EventLoop,
    makeSandbox: @escaping (Bool) throws(SystemError) -> Sandbox = { (network) throws(SystemError) in
      try Sandbox(hasNetwork: network)
    }
  ) throws {
    self.loop = loop
    self.makeSandbox = makeSandbox
    (supervisor, starter) = try Self.make(loop, makeSandbox)
  }

  private static func make(
    _ loop: EventLoop, _ makeSandbox: @escaping (Bool) throws(SystemError) -> Sandbox
  ) throws -> (Channel, Starter) {
    let (mine, theirs) = try Channel.pair()
    let groups = RunningGroups(try SharedMemory(name: "checks", size: InheritedDescriptor.runningChecksSize))
    return (mine, try Starter(supervisor: theirs, groups: groups, watcher: loop, makeSandbox: makeSandbox))
  }

  /// The prober's end of a channel to the starter.
  func introduce() throws -> Channel {
    let (starterEnd, proberEnd) = try Channel.pair()
    #expect(try supervisor.send(StarterCommand.prober.encoded, descriptors: [starterEnd.rawValue]) == .sent)
    return proberEnd
  }

  /// Hands over the commands of a configuration; their number.
  func adopt(_ configuration: Configuration) throws -> UInt64 {
    let number = (tables.last?.number ?? 0) + 1
    let memory = FileDescriptorBox(
      try MemoryFile.create(name: "commands", holding: CommandTable(configuration).encoded))
    tables.append((number, memory))
    try send(number, memory)
    return number
  }

  private func send(_ number: UInt64, _ memory: FileDescriptorBox) throws {
    #expect(
      try supervisor.send(StarterCommand.table(number).encoded, descriptors: [memory.descriptor.rawValue]) == .sent)
  }

  /// A launcher of its own for the commands of a configuration.
  func launcher(_ configuration: Configuration) throws -> CommandLauncher {
    let link = StarterLink(loop: loop)
    let table = try adopt(configuration)
    try link.use(introduce())
    return CommandLauncher(configuration, table: table, loop: loop, starter: link, drains: OutputDrains())
  }

  /// Ends as the process does that is killed: its checks with it. Another is there at once.
  func die() {
    finish()
    guard let (supervisor, starter) = try? Self.make(loop, makeSandbox) else { return }
    (self.supervisor, self.starter) = (supervisor, starter)
    for table in tables { try? send(table.number, table.memory) }
  }

  /// Has it do what the prober said last, and end.
  func end() {
    _ = try? supervisor.send(StarterCommand.end.encoded)
    let limit = MonotonicClock.now() + .seconds(5)
    while !starter.isFinished, MonotonicClock.now() < limit {
      try? loop.turn(until: MonotonicClock.now() + .milliseconds(10))
    }
  }

  /// Whether its process would have ended.
  var hasEnded: Bool { starter.isFinished }

  /// Has the supervisor say what is longer than can be heard.
  func sayTooMuch() throws {
    #expect(try supervisor.send([UInt8](repeating: 0, count: supervisor.maximumMessage + 1)) == .sent)
  }

  /// How many processes it has started that are not reaped.
  var runningCount: Int { starter.runningCount }

  /// Ends it and whatever it has started.
  func finish() {
    starter.killAll()
    let limit = MonotonicClock.now() + .seconds(5)
    while starter.runningCount > 0, MonotonicClock.now() < limit {
      try? loop.turn(until: MonotonicClock.now() + .milliseconds(10))
    }
  }
}
