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
