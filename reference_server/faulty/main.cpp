#include "reference_server/faulty/faulty_program.hpp"

int main(int argc, char** argv) { return faulty_server::run({argv, argv + argc}); }
