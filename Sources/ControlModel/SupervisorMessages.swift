/// Message from the supervisor to the engine: a tag only, so that sending needs no memory.
public enum EngineCommand: UInt8, Sendable, CaseIterable {
  /// The previous engine is gone: adopt its board and begin.
  case takeOver = 1
  /// Hand over: stop, leave the addresses and the board as they are, and end.
  case yield = 2
  /// Remove the addresses, resign, and end.
  case shutdown = 3
  /// A new channel to the prober, in one descriptor.
  case proberLink = 4
}

/// Message from the engine to the supervisor.
public enum EngineReport: UInt8, Sendable, CaseIterable {
  /// The configuration is read and checked and the sockets are open. The engine waits for ``EngineCommand/takeOver``.
  case ready = 1
  /// The engine has taken over. The previous board is no longer needed.
  case running = 2
  /// The board is final, and the process is about to end.
  case yielded = 3
  /// A name in the configuration now means another interface. A new engine with the same configuration is needed.
  case interfacesMoved = 4
}

/// Message from the supervisor to the prober.
public enum ProberCommand: Sendable, Equatable {
  /// A configuration and an engine to serve, with three descriptors: source bundle, board, channel to the engine.
  ///
  /// The bundle may be the same as before (a new engine after a crash). Then checks go on, and current verdicts are
  /// sent again. `table` is the starter's number for the commands of the configuration.
  case serve(table: UInt64)
  /// End of a reload that the prober asked for. `code` 0 is success; otherwise `message` says why it failed. The one
  /// descriptor, if there is one, has the loader's report on the new configuration.
  case reloadFinished(token: UInt32, code: Int32, message: String)
  /// The engine has stopped: run the notifications that wait, and end.
  case shutdown
  /// Answer with ``ProberReport/alive``.
  case ping
  /// Run the startup script of the configuration whose source bundle is the one descriptor, and answer with
  /// ``ProberReport/startupFinished``. Sent at most once, before ``serve(table:)``.
  case runStartupScript(table: UInt64)
  /// Socket on which the kernel sends process events, in one descriptor; the kernel's answer to the subscription
  /// carries the mark. It answers ``ProberReport/processEvents(wanted:)``, if the kernel sends such events.
  case processEvents(mark: UInt32)
  /// The channel to a new starter, in one descriptor.
  case starter
  /// The listening control socket, in one descriptor.
  case control

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .serve(let table):
      writer.write(1 as UInt8)
      writer.write(table)
    case .reloadFinished(let token, let code, let message):
      writer.write(2 as UInt8)
      writer.write(token)
      writer.write(code)
      writer.write(message)
    case .shutdown:
      writer.write(3 as UInt8)
    case .ping:
      writer.write(4 as UInt8)
    case .runStartupScript(let table):
      writer.write(5 as UInt8)
      writer.write(table)
    case .processEvents(let mark):
      writer.write(6 as UInt8)
      writer.write(mark)
    case .starter: writer.write(7 as UInt8)
    case .control: writer.write(8 as UInt8)
    }
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    switch try reader.read(UInt8.self) {
    case 1: self = .serve(table: try reader.read())
    case 2: self = .reloadFinished(token: try reader.read(), code: try reader.read(), message: try reader.readText())
    case 3: self = .shutdown
    case 4: self = .ping
    case 5: self = .runStartupScript(table: try reader.read())
    case 6: self = .processEvents(mark: try reader.read())
    case 7: self = .starter
    case 8: self = .control
    default: throw .invalid
    }
  }
}

/// Message from the prober to the supervisor.
public enum ProberReport: Sendable, Equatable {
  /// The first ``ProberCommand/serve(table:)`` is done.
  case ready
  /// A client asked for a reload on the control socket; the answer must carry the token. With `allowsEmpty` a
  /// configuration is accepted that leaves none of the present virtual routers.
  case reloadRequested(token: UInt32, allowsEmpty: Bool = false)
  /// Answer to ``ProberCommand/ping``.
  case alive
  /// The startup script has ended or could not be run. The start goes on.
  case startupFinished
  /// A startup or shutdown script runs and may take this many seconds.
  case takesLonger(seconds: UInt32)
  /// The configuration tracks processes (`wanted`), so that process events of the kernel are needed, or tracks none.
  case processEvents(wanted: Bool)

  /// Message as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    switch self {
    case .ready:
      writer.write(1 as UInt8)
    case .reloadRequested(let token, let allowsEmpty):
      writer.write(2 as UInt8)
      writer.write(token)
      writer.write(allowsEmpty ? 1 : 0 as UInt8)
    case .alive:
      writer.write(3 as UInt8)
    case .startupFinished:
      writer.write(4 as UInt8)
    case .takesLonger(let seconds):
      writer.write(5 as UInt8)
      writer.write(seconds)
    case .processEvents(let wanted):
      writer.write(6 as UInt8)
      writer.write(wanted ? 1 : 0 as UInt8)
    }
    return writer.bytes
  }

  /// Reads a message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    switch try reader.read(UInt8.self) {
    case 1: self = .ready
    case 2:
      self = .reloadRequested(token: try reader.read(), allowsEmpty: try reader.read(UInt8.self) != 0)
    case 3: self = .alive
    case 4: self = .startupFinished
    case 5: self = .takesLonger(seconds: try reader.read())
    case 6: self = .processEvents(wanted: try reader.read(UInt8.self) != 0)
    default: throw .invalid
    }
  }
}
