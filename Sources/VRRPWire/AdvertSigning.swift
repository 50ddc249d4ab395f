/// How a router's adverts are signed.
public enum AdvertSigning: Sendable {
  /// In an Authentication Header (`auth_type AH`).
  case header(AuthenticationKey)
  /// In a trailer (`auth_hmac`).
  case trailer(TrailerAuthentication)

  /// What an advert may have behind it.
  public var trailerUse: TrailerUse {
    switch self {
    case .header: .none
    case .trailer(let authentication): authentication.trailerUse
    }
  }

  /// Whether packets begin with their IPv4 header.
  public var makesWholePackets: Bool { if case .header = self { true } else { false } }

  /// Whether own adverts bear a trailer.
  public var makesTrailers: Bool { if case .trailer(let authentication) = self { authentication.signs } else { false } }

  /// Bytes that a signature adds to an advert.
  public var overhead: Int {
    switch self {
    case .header: AuthenticationHeader.packetOverhead
    case .trailer: makesTrailers ? AuthenticationTrailer.length : 0
    }
  }
}
