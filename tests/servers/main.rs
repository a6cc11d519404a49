//! sigvet against real servers: Ceph's radosgw and OpenStack Swift, two S3 implementations that share no code with
//! ours.
//!
//! Run by name, `cargo test --test servers`: Ceph, Swift and curl have to be on the machine; a missing one is a
//! failure. `.ci/run` shows how to install them. A test here is one case against one server; behaviour that differs
//! between servers has separate cases.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod addressing;
mod checksums;
mod explain;
mod forms;
mod keys;
mod objects;
mod policies;
mod presigned;
mod proxy;
mod queries;
mod refusals;
mod reply;
mod server;
#[expect(dead_code, unused_imports, reason = "the corpus needs more of it")]
#[path = "../explain/signer/mod.rs"]
mod signer;
mod sigvet;
mod streaming;
mod version_2;

/// Makes a test from each case, against one server.
macro_rules! tests {
    ($server:path: $($module:ident { $($case:ident)* })*) => {
        $($(
            #[test]
            fn $case() {
                crate::$module::$case($server());
            }
        )*)*
    };
}

/// Makes the tests of the cases in which both servers behave the same.
macro_rules! tests_of_both_servers {
    ($server:path) => {
        tests! { $server:
            addressing {
                host_header_names_the_bucket
                host_name_names_the_bucket
                presigned_url_of_a_virtual_host
                profile_with_path_addressing
                profile_with_virtual_addressing
            }
            explain {
                form_of_a_signature_is_told_from_a_wrong_secret
                mistakes_are_reproduced
                other_refusals_are_named
                right_requests_are_accepted_and_called_valid
                without_secret_and_log_nothing_is_claimed
            }
            keys {
                dot_segments_are_part_of_the_key
                odd_keys_from_file_to_file
                odd_keys_through_presigned_urls
                odd_keys_through_signed_headers
                the_longest_key
            }
            objects {
                bodies_arrive_byte_for_byte
                deleting
                fail_on_http_errors
                head_shows_headers_only
                metadata_with_inner_spaces
                printed_curl_command_works
                unsigned_payload
            }
            presigned {
                delete
                expired
                get
                head
                method_is_bound
                overridden_response_header
                put
                put_with_bound_content_type
                seven_days
                still_valid
                subresource
                tampered_query
                valid_too_early
                wrong_secret_when_presigning
            }
            proxy {
                placeholders_are_replaced
                requests_of_anybody_are_signed
                sdks_and_tools_with_placeholders_work
            }
            queries {
                canned_subresources
                multipart_upload
                prefixes_with_odd_characters
            }
            refusals {
                clock_within_the_window
                clock_too_far_off
                payload_that_is_not_the_one_signed
                wrong_secret
            }
            streaming {
                signed_chunks
            }
            version_2 {
                version_2_dates
                version_2_for_virtual_hosts
                version_2_in_headers
                version_2_presigned
                version_2_signs_the_path_as_it_is_sent
                version_2_subresources
            }
        }
    };
}

mod radosgw {
    tests_of_both_servers!(crate::server::radosgw);
    tests! { crate::server::radosgw:
        checksums {
            radosgw_ignores_checksums
        }
        explain {
            radosgw_and_the_log_prove_nothing
        }
        forms {
            forms_are_refused_what_their_policies_do_not_allow
            forms_upload_what_their_policies_allow
        }
        proxy {
            a_form_stores_the_key_that_was_judged
            a_made_up_service_opens_no_bucket
        }
        policies {
            only_one_key
            refused_policy
            shared_read
        }
        queries {
            radosgw_has_policies
        }
        refusals {
            radosgw_calls_a_signed_url_that_expired_just_denied
            radosgw_knows_no_such_key
            radosgw_reads_underscores_as_hyphens
            radosgw_takes_any_region
            radosgw_takes_any_service
        }
        streaming {
            radosgw_takes_no_trailers
        }
    }
}

mod swift {
    tests_of_both_servers!(crate::server::swift);
    tests! { crate::server::swift:
        checksums {
            swift_binds_a_presigned_url_to_its_bytes
            swift_makes_each_checksum_itself
        }
        explain {
            changes_on_the_way_are_named
            swift_and_the_log_show_the_mistakes
        }
        queries {
            swift_has_no_policies
        }
        refusals {
            swift_expects_its_region
            swift_expects_its_region_in_a_presigned_url
            swift_expects_its_service
            swift_says_that_a_signed_url_has_expired
            swift_takes_an_unknown_key_for_a_wrong_signature
        }
        streaming {
            swift_takes_trailers
        }
    }
}
