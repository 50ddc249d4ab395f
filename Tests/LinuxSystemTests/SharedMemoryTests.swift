import Glibc
import LinuxSystem
import Testing

@Suite struct SharedMemoryTests {
  @Test func twoMappingsSeeTheSameBytes() throws {
    let memory = try SharedMemory(name: "test", size: 10_000)
    let copy = FileDescriptor(owning: dup(memory.rawValue))
    let reader = try SharedMemory(mapping: copy, writable: false, minimumSize: 10_000)
    #expect(memory.bytes.count == 10_000)
    memory.bytes[9_999] = 77
    #expect(reader.bytes[9_999] == 77)
    #expect(!reader.isWritable)
  }

  @Test(
    "A file keeps the number by which the next program finds it, also if it has that number by chance",
    arguments: [false, true])
  func isInheritedByNumber(hasItByChance: Bool) throws {
    let file = try MemoryFile.create(name: "test", holding: [1, 2, 3])
    let other = dup(file.rawValue)
    let number = hasItByChance ? file.rawValue : other
    try file.inherit(as: number)
    #expect(fcntl(number, F_GETFD) == 0, "it is closed, or not inherited")
    #expect(try MemoryFile.readAll(number, limit: 3) == [1, 2, 3])
    close(number)
    if hasItByChance { close(other) }
  }

  @Test("Who is handed a file to read can neither write to it nor map it to write, and no other user can open it anew")
  func aFileToReadStaysOne() throws {
    let memory = try SharedMemory(name: "test", size: 4_096)
    let view = try MemoryFile.readable(memory.rawValue)
    var status = stat()
    #expect(fstat(view.rawValue, &status) == 0 && status.st_mode & 0o777 == 0o600)
    #expect(fcntl(view.rawValue, F_GETFL) & O_ACCMODE == O_RDONLY)
    #expect(pwrite(view.rawValue, [1], 1, 0) == -1)
    #expect(throws: SystemError.self) { try SharedMemory(mapping: try view.duplicate(), writable: true) }
    let reader = try SharedMemory(mapping: try view.duplicate(), writable: false)
    memory.bytes[7] = 9
    #expect(reader.bytes[7] == 9)
    #expect(mprotect(reader.bytes.baseAddress, 4_096, PROT_READ | PROT_WRITE) == -1)
  }

  @Test func aSegmentNeverChangesSize() throws {
    let memory = try SharedMemory(name: "test", size: 4_096)
    #expect(throws: SystemError.self) { try MemoryFile.resize(memory.rawValue, to: 10) }
    #expect(throws: SystemError.self) { try MemoryFile.resize(memory.rawValue, to: 10_000) }
  }

  @Test func refusesFilesThatAreShortEmptyOrCouldShrink() throws {
    let sealed = try MemoryFile.create(name: "short", holding: [1, 2, 3])
    try MemoryFile.seal(sealed.rawValue, .shrink)
    #expect(throws: SystemError(operation: "map shared memory", errno: EINVAL)) {
      try SharedMemory(mapping: try sealed.duplicate(), writable: true, minimumSize: 4)
    }
    let empty = try MemoryFile.create(name: "empty")
    #expect(throws: SystemError.self) { try SharedMemory(mapping: try empty.duplicate(), writable: true) }
    let open = try MemoryFile.create(name: "open", holding: [1])
    #expect(throws: SystemError.self) { try SharedMemory(mapping: try open.duplicate(), writable: true) }
  }

  @Test func holdsBytesWhateverThePosition() throws {
    let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try MemoryFile.create(name: "bundle", holding: bytes)
    lseek(file.rawValue, 500, Int32(SEEK_SET))
    #expect(try MemoryFile.readAll(file.rawValue, limit: 70_000) == bytes)
    #expect(throws: SystemError(operation: "read memory file", errno: EFBIG)) {
      try MemoryFile.readAll(file.rawValue, limit: 69_999)
    }
    try MemoryFile.seal(file.rawValue, [.write, .shrink, .grow, .seal])
    #expect(try MemoryFile.seals(of: file.rawValue) == [.write, .shrink, .grow, .seal])
    #expect(throws: SystemError.self) { try file.write([1]) }
  }
}
