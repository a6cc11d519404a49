//! `-w` formats.

use crate::run::Case;

/// Formats whose output is byte-for-byte the same.
const EXACT: [&str; 40] = [
    "%{http_code}",
    "%{response_code}\\n",
    "%{HTTP_CODE}",
    "%{http_version}",
    "%{http_connect}",
    "%{content_type}",
    "%{errormsg}",
    "%{exitcode}",
    "%{filename_effective}",
    "%{ftp_entry_path}",
    "%header{etag}",
    "%header{x-two}",
    "%header{none}",
    "%{header_json}",
    "%{local_ip}",
    "%{method}",
    "%{num_certs}",
    "%{num_connects}",
    "%{num_headers}",
    "%{num_redirects}",
    "%{onerror}%{errormsg}",
    "%{proxy_ssl_verify_result}",
    "%{redirect_url}",
    "%{referer}",
    "%{remote_ip}",
    "%{scheme}",
    "%{size_download}",
    "%{size_header}",
    "%{size_upload}",
    "%{ssl_verify_result}",
    "%{stderr}a%{stdout}b",
    "%{url}",
    "%{url_effective}",
    "%{urlnum}",
    "%{certs}",
    "a%%b\\tc\\rd\\\\n\\q",
    "%",
    "%{open",
    "@fmt",
    "%{nope}x",
];

/// Formats of measurements.
const MEASURED: [&str; 12] = [
    "%{local_port}",
    "%{remote_port}",
    "%{speed_download}",
    "%{speed_upload}",
    "%{time_appconnect}",
    "%{time_connect}",
    "%{time_namelookup}",
    "%{time_pretransfer}",
    "%{time_redirect}",
    "%{time_starttransfer}",
    "%{time_total}",
    "%{size_request}",
];

/// Whole command lines.
const LINES: [&str; 9] = [
    "-w %{size_header}␣%{num_redirects}␣%{num_headers} -L {}/redirect",
    "-w %{redirect_url}␣%{size_header} {}/redirect",
    "-w %{url_effective}␣%{url} -L {}/redirect",
    "-w %{size_upload}␣%{method} -T text {}/ok",
    "-w %{size_upload} -d abc {}/ok",
    "-w %{urlnum}␣%{http_code}\\n -o a -o b {}/ok {}/missing",
    "-w %{filename_effective}␣%{size_download} -o out {}/ok",
    "-w %{exitcode}␣%{http_code} -f {}/missing",
    "-w %{size_header}␣%{size_download} -I {}/ok",
];

const NEWER: &str = "curl 7.88 does not know the variable yet";
const OTHERWISE: [(&str, &str); 8] = [
    ("-w %{num_retries} {}/ok", NEWER),
    ("-w %{conn_id}␣%{xfer_id} {}/ok", NEWER),
    ("-w %{proxy_used}␣%{tls_earlydata} {}/ok", NEWER),
    ("-w %{url.host}␣%{url.path}␣%{urle.query} {}/ok", NEWER),
    ("-w %{time_posttransfer}␣%{time_queue} {}/ok", NEWER),
    ("-w %{json} {}/ok", "it has the variables of curl 8, and names sigvet as its writer"),
    ("-w %{size_request} -d abc {}/ok", "the User-Agent is shorter or longer than curl's"),
    ("-w %output{x}%{http_code} {}/ok", "a file is not written by -w; curl 7.88 prints the text as it is"),
];

pub fn cases() -> Vec<Case> {
    let format = |format: &&str| {
        let words = ["-w", *format, "{}/ok"].map(str::to_owned).to_vec();
        Case { words, ..Case::new("") }
    };
    let exact = EXACT.iter().map(format);
    let measured = MEASURED.iter().map(|text| Case { is_measured: true, ..format(text) });
    let lines = LINES.iter().map(|line| Case::new(line));
    let otherwise = OTHERWISE.iter().map(|(line, reason)| Case { differs: Some(reason), ..Case::new(line) });
    exact.chain(measured).chain(lines).chain(otherwise).collect()
}
