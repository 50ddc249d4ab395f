import Configuration
import ControlModel
import LinuxSystem
import NetworkTypes

/// Has the commands of one configuration started.
final class CommandLauncher {
  let loop: EventLoop
  let starter: StarterLink
  let drains: OutputDrains
  let sandboxes: Sandboxes?
  /// The starter's name for the configuration's commands. A later engine with the same configuration has another one.
  var table: UInt64
  private let places: [CommandDefinition: UInt32]
  private let fifoPlaces: [String: UInt32]
  private let filePlaces: [String: UInt32]

  init(
    _ configuration: Configuration, table: UInt64, loop: EventLoop, starter: StarterLink, drains: OutputDrains,
    sandboxes: Sandboxes? = nil
  ) {
    self.loop = loop
    self.starter = starter
    self.drains = drains
    self.sandboxes = sandboxes
    self.table = table
    places = Dictionary(
      uniqueKeysWithValues: configuration.commands.enumerated().map { ($0.element, UInt32($0.offset)) })
    fifoPlaces = Dictionary(
      uniqueKeysWithValues: configuration.global.fifos.enumerated().map { ($0.element.path, UInt32($0.offset)) })
    filePlaces = Dictionary(
      configuration.trackedFiles.enumerated().map { ($0.element.path, UInt32($0.offset)) }
    ) { first, _ in first }
  }

  /// Has a command started. The completion is called once, in a later turn, also when it cannot be run.
  /// - Parameters:
  ///   - extra: words added after the command's own.
  ///   - environment: `NAME=value` entries beside the fixed ones.
  ///   - limit: how long it may run.
  ///   - endsWithProber: whether it is killed with all it started when this process dies, so that the next may start another.
  ///   - sandbox: what it is kept from; where the kernel cannot do that it is not run.
  func launch(
    _ command: CommandDefinition, extra: [String] = [], environment: [String] = [], limit: Nanoseconds,
    endsWithProber: Bool = false, sandbox: ScriptCheckDefinition.Sandbox = .off,
    completion: @escaping (CommandOutcome) -> Void
  ) -> CommandRun {
    var request = places[command].map { RunRequest(table: table, command: $0) }
    request?.extra = extra
    request?.environment = environment
    request?.endsWithProber = endsWithProber
    request?.confinement = RunRequest.Confinement(sandbox)
    return CommandRun(request, limit: limit, launcher: self, program: command.text, completion: completion)
  }

  /// The starter's name for a tracked file.
  func place(ofFile path: String) -> UInt32? { filePlaces[path] }

  /// The starter's name for a FIFO.
  func place(ofFIFO path: String) -> UInt32? { fifoPlaces[path] }
}
