import NetworkTypes

extension Route: ImageRecord {
  static var blank: Self { Self(destination: .blank) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&destination)
    try field(&from)
    try field(&kind)
    try field(&source)
    try field(&gateway)
    try field(&interface)
    try field(&isOnLink)
    try field(&nextHops)
    try field(&table)
    try field(&originator)
    try field(&scope)
    try field(&priority)
    try field(&typeOfService)
    try field(&realms)
    try field(&preference)
    try field(&expiry)
    try field(&encapsulation)
    try field(&metrics)
    try field(&propagatesTimeToLive)
    try field(&placement)
    try field(&isTracked)
  }
}

extension Route.Placement: ImageChoice {}

extension Route.NextHop: ImageRecord {
  static var blank: Self { Self() }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&gateway)
    try field(&interface)
    try field(&weight)
    try field(&isOnLink)
    try field(&realms)
    try field(&encapsulation)
  }
}

extension Route.Tunnel: ImageRecord {
  static var blank: Self { Self(.ipv4) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&family)
    try field(&id)
    try field(&destination)
    try field(&source)
    try field(&trafficClass)
    try field(&hopLimit)
    try field(&flags)
  }
}

extension Route.Metric: ImageRecord {
  static var blank: Self { Self(kind: 0, value: .number(0)) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&kind)
    try field(&value)
    try field(&isLocked)
  }
}

extension RoutingRule: ImageRecord {
  static var blank: Self { Self(family: .ipv4, action: .nothing, preference: 0) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&family)
    try field(&action)
    try field(&preference)
    try field(&isInverted)
    try field(&from)
    try field(&to)
    try field(&typeOfService)
    try field(&mark)
    try field(&realms)
    try field(&suppressedPrefixLength)
    try field(&suppressedInterfaceGroup)
    try field(&inputInterface)
    try field(&outputInterface)
    try field(&tunnelKey)
    try field(&users)
    try field(&ipProtocol)
    try field(&sourcePorts)
    try field(&destinationPorts)
    try field(&originator)
    try field(&isTracked)
  }
}

extension RoutingRule.Mark: ImageRecord {
  static var blank: Self { Self(value: 0) }

  mutating func code<Coder: ImageCoder>(_ field: inout Coder) throws(Coder.Failure) {
    try field(&value)
    try field(&mask)
  }
}

extension Route.Encapsulation: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .tunnel(try Route.Tunnel(from: &reader))
    case 1: self = .labels(try [UInt32](from: &reader))
    case 2: self = .locator(try reader.number())
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .tunnel(let tunnel): writer.put(case: 0, tunnel)
    case .labels(let labels): writer.put(case: 1, labels)
    case .locator(let locator): writer.put(case: 2, locator)
    }
  }
}

extension Route.Metric.Value: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .number(try UInt32(from: &reader))
    case 1: self = .name(try reader.text())
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .number(let number): writer.put(case: 0, number)
    case .name(let name): writer.put(case: 1, name)
    }
  }
}

extension RoutingRule.Action: ImageValue {
  init(from reader: inout ImageReader) throws(ImageError) {
    switch try reader.byte() {
    case 0: self = .lookUp(table: try UInt32(from: &reader))
    case 1: self = .lookUpMaster
    case 2: self = .goTo(preference: try UInt32(from: &reader))
    case 3: self = .nothing
    case 4: self = .blackhole
    case 5: self = .unreachable
    case 6: self = .prohibit
    default: throw .damaged
    }
  }

  func write(to writer: inout ImageWriter) {
    switch self {
    case .lookUp(let table): writer.put(case: 0, table)
    case .lookUpMaster: writer.put(byte: 1)
    case .goTo(let preference): writer.put(case: 2, preference)
    case .nothing: writer.put(byte: 3)
    case .blackhole: writer.put(byte: 4)
    case .unreachable: writer.put(byte: 5)
    case .prohibit: writer.put(byte: 6)
    }
  }
}
