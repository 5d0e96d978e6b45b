/*
 * check: a programmer's mistake stops the program at once. Active in every build: a wrong number costs more than a
 * comparison. Code that has an Engine at hand uses ENGINE_CHECK (engine.h), which adds time, event number, seed and
 * scenario.
 */
#ifndef SIM_ENGINE_CHECK_H
#define SIM_ENGINE_CHECK_H

_Noreturn void check_failed(const char *file, int line, const char *condition);

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

#endif
