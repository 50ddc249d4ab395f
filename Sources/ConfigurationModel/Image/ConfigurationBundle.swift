/// File that the loader hands over: a head, the configuration's image for engine and prober, and the sources that it was read from for
/// whoever compares configurations. It is read in parts, and nothing of it stays in memory.
package struct ConfigurationBundle {
  private static let magic = Array("martlet-bundle-2".utf8)
  private static let headSize = 32

  private let read: (Range<Int>) throws -> [UInt8]
  private let imagePart: Range<Int>

  /// Reads the head of a file.
  /// - Parameter read: reads a part of the file, and throws if the file ends before the part does.
  /// - Throws: `notABundle` if it is none; `otherLayout` if the image was written in another layout than this program's; what `read`
  ///   throws.
  package init(read: @escaping (Range<Int>) throws -> [UInt8]) throws {
    self.read = read
    let head = try read(0..<Self.headSize)
    guard head.count >= Self.headSize, head.starts(with: Self.magic) else { throw ImageError.notABundle }
    func number(at offset: Int) -> UInt64 {
      head[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let layout = number(at: 16)
    guard layout == ConfigurationImage.layout else { throw ImageError.otherLayout(layout) }
    guard let length = Int(exactly: number(at: 24)), length <= Int.max - Self.headSize else { throw ImageError.damaged }
    imagePart = Self.headSize..<Self.headSize + length
  }

  /// Image of the configuration.
  package func image() throws -> [UInt8] { try read(imagePart) }

  /// The configuration.
  package func configuration() throws -> Configuration { try ConfigurationImage.decode(image()) }

  /// Sources of a file of `size` bytes.
  package func sources(size: Int) throws -> [UInt8] { try read(imagePart.upperBound..<max(imagePart.upperBound, size)) }

  /// Bytes of a whole file.
  package static func bytes(image: [UInt8], sources: [UInt8]) -> [UInt8] {
    var bytes = magic
    for number in [ConfigurationImage.layout, UInt64(image.count)] {
      for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift))) }
    }
    return bytes + image + sources
  }
}
