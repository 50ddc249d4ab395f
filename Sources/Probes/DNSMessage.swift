import ConfigurationModel
import NetworkTypes

/// Message of the DNS (RFC 1035 section 4), as far as a probe needs it: it writes questions and reads answers.
struct DNSMessage {
  /// Reason for which bytes are no answer to a question.
  enum Flaw: Error, Equatable {
    /// The message is forged, or answers an older question.
    case other
    /// The message cannot be read.
    case malformed
  }

  /// Response code of the server (RCODE, RFC 1035 section 4.1.1).
  var responseCode: UInt8
  /// True if the answer was too long for the message (TC, RFC 1035 section 4.1.1).
  var isTruncated: Bool
  /// Values of the records of the type that was asked for.
  var values: [String]

  /// Bytes of a query: one question, with recursion desired.
  static func query(_ question: DNSQuestion, id: UInt16) -> [UInt8] {
    var bytes = big(id) + [0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]
    for label in question.name.split(separator: ".") {
      bytes += [UInt8(clamping: label.utf8.count)] + Array(label.utf8)
    }
    return bytes + [0] + big(question.type.rawValue) + [0, 1]
  }

  private static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(truncatingIfNeeded: value)] }

  /// Reads the answer to `question`.
  init(reading bytes: [UInt8], to question: DNSQuestion, id: UInt16) throws(Flaw) {
    var reader = DNSReader(bytes)
    guard let received = reader.word(), let flags = reader.word(), received == id, flags & 0x8000 != 0 else {
      throw .other
    }
    responseCode = UInt8(flags & 0x0F)
    isTruncated = flags & 0x0200 != 0
    guard let questions = reader.word(), let answers = reader.word(), reader.word() != nil, reader.word() != nil else {
      throw .malformed
    }
    values = []
    // The question stands in the answer; one of another name is not ours.
    if questions == 1 {
      guard let name = reader.name(), let type = reader.word(), reader.word() != nil else { throw .malformed }
      guard name.lowercased() == question.name.lowercased(), type == question.type.rawValue else { throw .other }
    } else if responseCode == 0 {
      throw .other
    }
    for _ in 0..<answers {
      guard let record = reader.record() else {
        if isTruncated { return }
        throw .malformed
      }
      guard record.type == question.type.rawValue else { continue }
      guard let value = reader.value(of: record, question.type) else { throw .malformed }
      values.append(value)
    }
  }

  /// Finding from the answer to a question.
  func judge(_ question: DNSQuestion) -> Finding {
    let names = [
      1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
    ]
    guard responseCode == 0 else {
      return .failure(names[Int(responseCode)] ?? "response code \(responseCode)")
    }
    guard !values.isEmpty else {
      return .failure(isTruncated ? "an answer cut short before its first record" : "no \(question.type.name) record")
    }
    let found = values.map { quoted($0.utf8, most: 40) }.prefix(4).joined(separator: ", ")
    let known = Set(values.map(Self.comparable))
    if let missing = question.expected.first(where: { !known.contains(Self.comparable($0)) }) {
      return .failure("\(found)\(values.count > 4 ? ", …" : "") and not \(missing)")
    }
    return .success(found)
  }

  /// Value in a form for comparison: addresses in their usual text, names in lower case without the dot at their end.
  private static func comparable(_ value: String) -> String {
    if let address = IPAddress(value) { return "\(address)" }
    let name = value.hasSuffix(".") ? String(value.dropLast()) : value
    return name.lowercased()
  }
}

/// Reader of a message from front to back. It never leaves the bounds of the message.
struct DNSReader {
  /// Record with its data as bytes.
  struct Record {
    var type: UInt16
    var data: Range<Int>
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func word() -> UInt16? {
    guard position + 2 <= bytes.count else { return nil }
    defer { position += 2 }
    return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
  }

  /// Reads a name, the rest of which may be further to the front (RFC 1035 section 4.1.4). Pointers may lead only to the
  /// front, so that reading ends.
  mutating func name() -> String? {
    var labels: [String] = []
    var place = position
    var end: Int?
    var bound = position
    var length = 0
    while place < bytes.count {
      let count = Int(bytes[place])
      switch count {
      case 0:
        position = end ?? place + 1
        return labels.joined(separator: ".")
      case 1...63:
        guard place + 1 + count <= bytes.count else { return nil }
        length += count + 1
        guard length <= 255 else { return nil }
        labels.append(String(decoding: bytes[(place + 1)...(place + count)], as: UTF8.self))
        place += count + 1
      case 0xC0...:
        guard place + 1 < bytes.count else { return nil }
        let target = (count & 0x3F) << 8 | Int(bytes[place + 1])
        guard target < bound else { return nil }
        end = end ?? place + 2
        bound = target
        place = target
      default: return nil
      }
    }
    return nil
  }

  /// Reads the next record and moves behind it.
  mutating func record() -> Record? {
    guard name() != nil, let type = word(), word() != nil, word() != nil, word() != nil, let length = word(),
      position + Int(length) <= bytes.count
    else { return nil }
    defer { position += Int(length) }
    return Record(type: type, data: position..<(position + Int(length)))
  }

  /// Data of a record as text, in the form of zone files.
  func value(of record: Record, _ type: DNSQuestion.RecordType) -> String? {
    var reader = self
    reader.position = record.data.lowerBound
    let data = bytes[record.data]
    let value: String?
    switch type {
    case .a: return data.count == 4 ? IPAddress(bytes: data).map { "\($0)" } : nil
    case .aaaa: return data.count == 16 ? IPAddress(bytes: data).map { "\($0)" } : nil
    case .txt: return text(data)
    case .ns, .cname, .ptr: value = reader.name()
    case .mx: value = reader.word().flatMap { preference in reader.name().map { "\(preference) \($0)" } }
    case .srv:
      guard let priority = reader.word(), let weight = reader.word(), let port = reader.word() else { return nil }
      value = reader.name().map { "\(priority) \(weight) \(port) \($0)" }
    case .soa:
      value = reader.name().flatMap { server in
        reader.name().flatMap { mailbox in
          guard let high = reader.word(), let low = reader.word() else { return nil }
          return "\(server) \(mailbox) \(UInt32(high) << 16 | UInt32(low))"
        }
      }
    }
    return reader.position <= record.data.upperBound ? value : nil
  }

  /// Joined text of strings, each of which has its length before it.
  private func text(_ data: ArraySlice<UInt8>) -> String? {
    var text: [UInt8] = []
    var rest = data
    while let count = rest.popFirst() {
      guard rest.count >= Int(count) else { return nil }
      text += rest.prefix(Int(count))
      rest = rest.dropFirst(Int(count))
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// Asker of a `dns` probe: one question to one server.
struct DNSAsker: Asker {
  let asked: String
  let question: DNSQuestion

  init(_ question: DNSQuestion) {
    self.question = question
    let name = question.name.isEmpty ? "." : question.name
    asked = "dns \(question.endpoint) \(name) \(question.type.name)"
  }

  func ask(_ run: ProbeRun) {
    let question = question
    let id = UInt16.random(in: .min ... .max)
    run.exchange(DNSMessage.query(question, id: id), with: question.endpoint) { bytes in
      do throws(DNSMessage.Flaw) {
        run.finish(try DNSMessage(reading: bytes, to: question, id: id).judge(question))
      } catch {
        switch error {
        case .other: run.stage = "an answer to another question, but none to this one"
        case .malformed: run.finish(.failure("an answer that cannot be read"))
        }
      }
    }
  }
}
