# The manual page and the completions, from the program's own texts, and a Debian package: `cpack -G DEB`.
set(pages ${CMAKE_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${pages}/clusterspec.1 ${pages}/clusterspec ${pages}/_clusterspec ${pages}/clusterspec.fish
  COMMAND ${CMAKE_COMMAND} -E make_directory ${pages}
  COMMAND clusterspec manual > ${pages}/clusterspec.1
  COMMAND clusterspec completion bash > ${pages}/clusterspec
  COMMAND clusterspec completion zsh > ${pages}/_clusterspec
  COMMAND clusterspec completion fish > ${pages}/clusterspec.fish
  DEPENDS clusterspec
  VERBATIM)
add_custom_target(help_pages ALL DEPENDS ${pages}/clusterspec.1)
install(FILES ${pages}/clusterspec.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/clusterspec DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/_clusterspec DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${pages}/clusterspec.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME clusterspec)
set(CPACK_PACKAGE_CONTACT "clusterspec maintainers <clusterspec@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# What the programs are linked with, as dpkg-shlibdeps finds it.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
