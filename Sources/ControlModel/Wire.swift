import NetworkTypes

/// A message between processes could not be read; it is dropped, never trusted in part.
public enum MessageError: Error, Sendable, Equatable {
  /// It ends before its last field.
  case truncated
  /// A field holds a value that its type does not have.
  case invalid
}

/// Appends fields to a message in the byte order of the host, since both ends are one binary on one host.
struct MessageWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  mutating func write(_ address: IPAddress?) {
    write(address?.family.rawValue ?? 0)
    write(address?.high ?? 0)
    write(address?.low ?? 0)
  }

  mutating func write(_ instant: MonotonicInstant?) {
    write(instant?.nanoseconds ?? .min)
  }

  /// Writes at most ``MessageReader/longestText`` bytes of the text.
  mutating func write(_ text: String) {
    let utf8 = text.utf8.prefix(MessageReader.longestText)
    write(UInt16(utf8.count))
    bytes.append(contentsOf: utf8)
  }
}

/// A value that stands in a message by itself.
protocol MessageValue {
  func write(to writer: inout MessageWriter)
  init(from reader: inout MessageReader) throws(MessageError)
}

extension MessageWriter {
  /// Appends a kind and the values that belong to it.
  mutating func append<each Value: MessageValue>(_ kind: UInt8, _ values: repeat each Value) {
    write(kind)
    repeat (each values).write(to: &self)
  }
}

extension MessageReader {
  /// Takes a value of the type that is asked for.
  mutating func value<Value: MessageValue>(_ type: Value.Type = Value.self) throws(MessageError) -> Value {
    try Value(from: &self)
  }
}

extension MessageValue where Self: RawRepresentable, RawValue == UInt8 {
  func write(to writer: inout MessageWriter) { writer.write(rawValue) }
  init(from reader: inout MessageReader) throws(MessageError) { self = try reader.readCase() }
}

extension UInt8: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(self) }
  init(from reader: inout MessageReader) throws(MessageError) { self = try reader.read() }
}

extension Int32: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(self) }
  init(from reader: inout MessageReader) throws(MessageError) { self = try reader.read() }
}

extension Int: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(Int64(self)) }
  init(from reader: inout MessageReader) throws(MessageError) { self = Int(try reader.read(Int64.self)) }
}

extension Bool: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(self ? 1 : 0 as UInt8) }

  init(from reader: inout MessageReader) throws(MessageError) {
    switch try reader.read(UInt8.self) {
    case 0: self = false
    case 1: self = true
    default: throw .invalid
    }
  }
}

extension String: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(self) }
  init(from reader: inout MessageReader) throws(MessageError) { self = try reader.readText() }
}

extension Nanoseconds: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(rawValue) }
  init(from reader: inout MessageReader) throws(MessageError) { self.init(rawValue: try reader.read()) }
}

extension IPAddress: MessageValue {
  func write(to writer: inout MessageWriter) { writer.write(self) }

  init(from reader: inout MessageReader) throws(MessageError) {
    guard let address = try reader.readAddress() else { throw .invalid }
    self = address
  }
}

/// Takes fields from a message; every read is checked against its end.
struct MessageReader {
  /// Texts are cut here, so that one message always fits a socket's buffer.
  static let longestText = 512

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self
  ) throws(MessageError) -> Value {
    guard bytes.count - position >= MemoryLayout<Value>.size else { throw .truncated }
    defer { position += MemoryLayout<Value>.size }
    return bytes.loadUnaligned(fromByteOffset: position, as: Value.self)
  }

  mutating func readCase<Value: RawRepresentable>(
    _ type: Value.Type = Value.self
  ) throws(MessageError) -> Value where Value.RawValue == UInt8 {
    guard let value = Value(rawValue: try read(UInt8.self)) else { throw .invalid }
    return value
  }

  mutating func readAddress() throws(MessageError) -> IPAddress? {
    let family = try read(UInt8.self)
    let high = try read(UInt64.self)
    let low = try read(UInt64.self)
    switch AddressFamily(rawValue: family) {
    case .ipv4: return IPAddress(v4: UInt32(truncatingIfNeeded: low))
    case .ipv6: return IPAddress(v6High: high, low: low)
    case nil:
      guard family == 0 else { throw .invalid }
      return nil
    }
  }

  mutating func readInstant() throws(MessageError) -> MonotonicInstant? {
    let nanoseconds = try read(Int64.self)
    return nanoseconds == .min ? nil : MonotonicInstant(nanoseconds: nanoseconds)
  }

  mutating func readText() throws(MessageError) -> String {
    let count = Int(try read(UInt16.self))
    guard count <= Self.longestText else { throw .truncated }
    return String(decoding: try readBytes(count), as: UTF8.self)
  }

  mutating func readBytes(_ count: Int) throws(MessageError) -> Slice<UnsafeRawBufferPointer> {
    guard count >= 0, bytes.count - position >= count else { throw .truncated }
    defer { position += count }
    return bytes[position..<position + count]
  }
}
