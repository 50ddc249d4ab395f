import Glibc
import LinuxSystem
import Testing

@Suite(.serialized) struct ChannelTests {
  @Test func carriesWholeMessagesInOrder() throws {
    let (left, right) = try Channel.pair()
    let messages: [[UInt8]] = [[1], Array(repeating: 7, count: 20_000), [2, 3]]
    for message in messages { #expect(try left.send(message) == .sent) }
    for message in messages {
      guard case .message(let bytes, let descriptors) = try right.receive() else {
        Issue.record("no message")
        return
      }
      #expect(Array(bytes) == message)
      #expect(descriptors == 0)
    }
    guard case .wouldBlock = try right.receive() else {
      Issue.record("there should be nothing left")
      return
    }
  }

  @Test func saysWhenThereIsNoRoomAndWhenTheOtherEndIsGone() throws {
    let (left, right) = try Channel.pair()
    var sent = 0
    while sent < 100_000, try left.send([UInt8](repeating: 1, count: 1_000)) == .sent { sent += 1 }
    #expect(sent > 10 && sent < 100_000)
    #expect(try left.send([1]) == .wouldBlock || sent > 0)
    closing(left)
    var received = 0
    while case .message = try right.receive() { received += 1 }
    #expect(received >= sent)
    guard case .closed = try right.receive() else {
      Issue.record("the end should show")
      return
    }
    #expect(try right.send([1]) == .closed)
  }

  /// Ends the other side by way of shutdown, as the variable of a test lives to its end.
  private func closing(_ channel: Channel) {
    shutdown(channel.rawValue, Int32(SHUT_RDWR))
  }

  @Test func carriesDescriptorsCloseOnExec() throws {
    let (left, right) = try Channel.pair()
    let pipe = try FileDescriptor.pipe()
    #expect(try left.send([9], descriptors: [pipe.writer.rawValue, pipe.reader.rawValue]) == .sent)
    guard case .message(_, let count) = try right.receive() else {
      Issue.record("no message")
      return
    }
    #expect(count == 2)
    guard let owned = right.takeDescriptor() else {
      Issue.record("no descriptor")
      return
    }
    #expect(fcntl(owned.rawValue, F_GETFD) & FD_CLOEXEC != 0)
    _ = try owned.write([42])
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
    defer { buffer.deallocate() }
    #expect(try pipe.reader.read(into: buffer) == .bytes(1))
    #expect(buffer[0] == 42)
  }

  @Test func closesDescriptorsThatNobodyTakes() throws {
    let (left, right) = try Channel.pair()
    let pipe = try FileDescriptor.pipe()
    let numbers = [Int32](repeating: pipe.reader.rawValue, count: 16)
    #expect(try left.send([1], descriptors: numbers) == .sent)
    #expect(try left.send([2]) == .sent)
    guard case .message(_, 16) = try right.receive() else {
      Issue.record("no message with descriptors")
      return
    }
    var numbersTaken: [Int32] = []
    while let descriptor = right.takeDescriptor() { numbersTaken.append(descriptor.rawValue) }
    #expect(numbersTaken.count == 16)
    #expect(numbersTaken.allSatisfy { fcntl($0, F_GETFD) < 0 })
  }

  @Test func untakenDescriptorsAreClosedByTheNextReceive() throws {
    let (left, right) = try Channel.pair()
    let pipe = try FileDescriptor.pipe()
    #expect(try left.send([1], descriptors: [pipe.writer.rawValue]) == .sent)
    _ = try right.receive()
    _ = try right.receive()
    let hasLeft = right.takeDescriptor() != nil
    #expect(!hasLeft)
    // Only one writer is left, so closing it ends the pipe.
    let reader = try closingWriter(of: pipe)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 1)
    defer { buffer.deallocate() }
    try reader.setNonblocking()
    // A child that another test starts at this moment has a copy until it runs its program.
    var end = try reader.read(into: buffer)
    for _ in 0..<200 where end == .wouldBlock {
      _ = poll(nil, 0, 10)
      end = try reader.read(into: buffer)
    }
    #expect(end == .endOfFile)
  }

  @Test func noticesAMessageThatIsTooLong() throws {
    let (left, right) = try Channel.pair(maximumMessage: 100)
    #expect(try left.send([UInt8](repeating: 1, count: 101)) == .sent)
    #expect(try left.send([5]) == .sent)
    guard case .truncated = try right.receive() else {
      Issue.record("the cut should show")
      return
    }
    guard case .message(let bytes, _) = try right.receive() else {
      Issue.record("the next message should be whole")
      return
    }
    #expect(Array(bytes) == [5])
  }

  @Test func refusesAnEmptyMessageAndTooManyDescriptors() throws {
    let (left, _) = try Channel.pair()
    #expect(throws: SystemError.self) { try left.send([]) }
    #expect(throws: SystemError.self) { try left.send([1], descriptors: [Int32](repeating: 0, count: 17)) }
  }

  @Test func knowsItsPeer() throws {
    let (left, right) = try Channel.pair()
    let credentials = try PeerCredentials(of: left.rawValue)
    #expect(credentials.processID == getpid())
    #expect(credentials.userID == geteuid())
    _ = right
  }
}
