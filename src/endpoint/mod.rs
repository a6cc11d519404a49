//! What a host name says about the region and the service it belongs to.
