/// What the supervisor tells the engine. A tag alone, so that sending needs no memory.
public enum EngineCommand: UInt8, Sendable, CaseIterable {
  /// The engine before this one is gone: adopt its board and begin.
  case takeOver = 1
  /// Stop, leave the addresses and the board as they are, and end.
  case yield = 2
  /// Remove the addresses, resign, and end.
  case shutdown = 3
  /// A new channel to the prober comes with this message as its one descriptor.
  case proberLink = 4
}

/// What the engine tells the supervisor.
public enum EngineReport: UInt8, Sendable, CaseIterable {
  /// The configuration is read and checked, the sockets are open: waiting for ``EngineCommand/takeOver``.
  case ready = 1
  /// Took over: the board before this one is no longer needed.
  case running = 2
  /// The board is final; the process ends next.
  case yielded = 3
  /// A name of the configuration has come to mean another interface: a new engine is needed, with the same configuration.
  case interfacesMoved = 4
}

/// What the supervisor tells the prober.
public enum ProberCommand: Sendable, Equatable {
  /// A configuration and an engine to serve. Comes with three descriptors: source bundle, board, channel to the engine.
  ///
  /// The bundle may be the same as before (a new engine after a crash); then checks go on and current verdicts are sent again. The
  /// number is the starter's name for the commands of the configuration.
  case serve(table: UInt64)
  /// How a reload that the prober asked for ended; 0 is success. The text says what kept it from success. What the loader reported of
  /// the new configuration may come as the one descriptor.
  case reloadFinished(token: UInt32, code: Int32, message: String)
  /// The engine has stopped: run the notifications that wait and end.
  case shutdown
  /// Say that you are alive.
  case ping
  /// Run the startup script of the configuration in the source bundle that comes as the one descriptor, and answer with
  /// ``ProberReport/startupFinished``. Comes at most once, before ``serve(table:)``.
  case runStartupScript(table: UInt64)
  /// The kernel tells of processes on the socket that comes as the one descriptor; its answer to the subscription carries the
  /// mark. Answers ``ProberReport/processEvents(wanted:)`` where the kernel tells at all.
  case processEvents(mark: UInt32)
  /// The channel to a new starter comes as the one descriptor.
  case starter
  /// The socket on which status is asked for comes as the one descriptor, listening.
  case control

  /// The message's bytes.
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

/// What the prober tells the supervisor.
public enum ProberReport: Sendable, Equatable {
  /// The first ``ProberCommand/serve(table:)`` is carried out.
  case ready
  /// Someone asked for a reload on the control socket; the answer is to carry the token. With `allowsEmpty`, a file that leaves nothing
  /// of what is served is no mistake.
  case reloadRequested(token: UInt32, allowsEmpty: Bool = false)
  /// The answer to ``ProberCommand/ping``.
  case alive
  /// The startup script has ended, or could not be run: go on.
  case startupFinished
  /// A startup or shutdown script runs and may take so many seconds.
  case takesLonger(seconds: UInt32)
  /// Whether the configuration tracks processes, of which the kernel could tell.
  case processEvents(wanted: Bool)

  /// The message's bytes.
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
